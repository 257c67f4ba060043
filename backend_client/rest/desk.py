"""What a kiosk asks in the name of somebody of the staff who typed their PIN there.

The same routes that the back office uses, with the rights that the backend gave to this session:
the kiosk offers what it may, and the backend refuses the rest.
"""

from backend_client.rest.line import Line, segment
from backend_client.rest.terminal import TerminalClient
from backend_client.schemas.cards import CardBlock, CardBody, CardLink, CardReplacement
from backend_client.schemas.changes import BlockReason
from backend_client.schemas.desk import AdjustmentAnswer, NewAdjustment
from backend_client.schemas.members import MemberRecord, MemberSearch, MembersPage
from loyalty.program import Assurance


class DeskClient:
    """Each call raises a BackendError, or the LoyaltyError that the rules answered."""

    def __init__(self, line: Line) -> None:
        self._line = line

    @classmethod
    def of(cls, terminal: TerminalClient, token: str) -> "DeskClient":
        """The desk of whoever has that token, over the terminal's own connections."""
        return cls(terminal.in_the_name_of(token))

    def search(self, wanted: MemberSearch) -> MembersPage:
        """Who fits, the first page of them."""
        return self._line.call("POST", "/members/search", MembersPage, wanted)

    def record(self, member: str) -> MemberRecord:
        """All that is known of a member."""
        return self._line.call("GET", f"/members/{segment(member)}/record", MemberRecord)

    def link(self, member: str, card: str, assurance: Assurance) -> CardBody:
        """One more card for a member."""
        path = f"/members/{segment(member)}/cards"
        return self._line.call("POST", path, CardBody, CardLink(card=card, assurance=assurance))

    def replace(self, card: str, by: str, assurance: Assurance) -> CardBody:
        """Another card in the place of one that is lost or worn."""
        path = f"/cards/{segment(card)}/replacement"
        return self._line.call(
            "POST", path, CardBody, CardReplacement(card=by, assurance=assurance)
        )

    def block(self, card: str) -> CardBody:
        """A card that opens nothing any more."""
        path = f"/cards/{segment(card)}/block"
        return self._line.call("POST", path, CardBody, CardBlock(reason=BlockReason.STAFF))

    def unblock(self, card: str) -> CardBody:
        """A blocked card that opens its account again."""
        return self._line.call("POST", f"/cards/{segment(card)}/unblock", CardBody)

    def adjust(self, asked: NewAdjustment) -> AdjustmentAnswer:
        """Points given or taken by hand; they may wait for a second person. NotEnoughPoints."""
        return self._line.call("POST", "/adjustments", AdjustmentAnswer, asked)
