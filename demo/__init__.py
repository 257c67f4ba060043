"""The demonstration: a whole shop with virtual hardware, on one machine."""
