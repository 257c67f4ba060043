"""The demonstration: a shop, its backend, its till, its kiosk and virtual hardware on one machine."""
