"""What `make bench` runs. Measures and prints; asserts nothing."""
