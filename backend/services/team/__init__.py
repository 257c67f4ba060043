"""The team: who may do what, who said yes, and who looked."""
