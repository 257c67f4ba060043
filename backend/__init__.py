"""The service that terminals and tills talk to: API, rules applied, data kept."""
