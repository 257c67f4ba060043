"""Why a chip could not be identified, as the one error that carries its Trouble."""

from devices.errors import DeviceError
from devices.readers import Trouble


class CardError(DeviceError):
    """A chip could not be read; `trouble` says what the customer can be told."""

    def __init__(self, trouble: Trouble, detail: str) -> None:
        super().__init__(detail)
        self.trouble = trouble
