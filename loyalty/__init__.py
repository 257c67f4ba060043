"""The loyalty programme: plain Python, no I/O, no clock, no randomness.

Kiosk, backend and till SDK use it unchanged, so the same facts give the same points everywhere.
"""
