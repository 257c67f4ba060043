"""What can go wrong with a device, as the few errors callers act upon.

DeviceError
├── TargetError      the configured target names no driver, or the driver cannot use the location
└── ReaderError      no reader, no PC/SC service, reader lost

A printer has none: what it does is told as an outcome, and what it is, as a status.
"""


class DeviceError(Exception):
    """A device cannot be used; the text says what and what to do about it."""


class TargetError(DeviceError):
    """A target such as ``pcsc:ACS`` is not understood."""


class ReaderError(DeviceError):
    """The reader or its service cannot be used."""
