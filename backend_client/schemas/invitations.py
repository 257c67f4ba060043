"""Invitations to join, on receipts: to a stranger, and to a member who cannot be written to."""

from pydantic import Field

from backend_client.schemas.base import Id, Instant, Points, Wire


class NewInvitation(Wire):
    """A receipt for somebody who is no member, or showed no card."""

    id: Id = Field(description="Such as the ticket's number: asked again, it is the same link.")


class Invitation(Wire):
    """What the receipt says, and the link that it shows as a QR code."""

    lines: tuple[str, ...] = Field(description="To be printed, the link among them.")
    url: str = Field(description="Opens the form to join, once, for seven days.")
    points: Points = Field(description="Points for joining; 0 for none.")
    expires_at: Instant


class InvitationForReceipt(Wire):
    """The invitation; null where the program invites nobody."""

    invitation: Invitation | None
