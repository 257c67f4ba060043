"""Making this machine a terminal of the shop, with the one-time code from the back office."""

from pathlib import Path

from backend_client.rest.terminal import claim
from backend_client.schemas.terminals import ClaimAnswer, ClaimRequest
from kiosk import SOFTWARE
from kiosk.config import Credentials, load_credentials, save_credentials, writable
from loyalty import vouchers


class OtherShop(Exception):
    """The code is another company's, and this kiosk still holds what belongs to the first."""


def claim_here(folder: Path, address: str, code: str, *, typed: bool = False) -> ClaimAnswer:
    """Use the code up, and keep what came for it in `folder`; returns who this terminal is now.

    `typed` is for who stands at the glass: the address is kept with the rest, for kiosk.toml may
    not know it, and another company's terminal is not taken over (OtherShop, nothing is kept).
    Raises CodeMistyped, a BackendError, or OSError when the folder cannot be written; a letter
    that is wrong and a disk that is full are found out before the code is used up.
    """
    request = ClaimRequest(code=vouchers.parse(code), software=SOFTWARE)
    writable(folder)
    before = load_credentials(folder)
    answer = claim(address, request)
    if typed and before is not None and before.card_secret != answer.card_secret:
        raise OtherShop
    save_credentials(
        folder,
        Credentials(
            terminal=answer.terminal,
            name=answer.name,
            token=answer.token,
            card_secret=answer.card_secret,
            store=answer.store.id,
            program=answer.program,
            backend=address if typed else "",
        ),
    )
    return answer
