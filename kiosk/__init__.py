"""The touchscreen application: screens as data, flows as coroutines, services as transactions."""
