"""Hardware that is not there: virtual chips, a virtual printer, cables to pull.

For tests, for `make run` and for trying things by hand; never part of an appliance.
"""
