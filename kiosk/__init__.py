"""The touchscreen application: screens as data, flows as coroutines, services as transactions."""

SOFTWARE = "loyalty-kiosk 0.1.0"
"""What a terminal says it is."""
