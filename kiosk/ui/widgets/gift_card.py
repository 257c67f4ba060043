"""A gift to be touched."""
