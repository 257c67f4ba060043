"""What a kiosk asks."""

from collections.abc import Sequence

import requests

from backend_client.errors import (
    BackendNonsense,
)
from backend_client.rest.line import Client, Line, segment
from backend_client.schemas.cards import CardBody
from backend_client.schemas.catalogue import HoldAnswer, HoldRequest
from backend_client.schemas.changes import ChangesPage, MemberProfile
from backend_client.schemas.desk import Erased
from backend_client.schemas.events import EventsAnswer, EventsRequest, JournalEvent
from backend_client.schemas.kiosks import (
    CardRemoval,
    CardSeen,
    CardTapped,
    CodeAsked,
    CodePassed,
    CodeRequest,
    CodeTyped,
    LinkAnswer,
    MyConsents,
    MyDataAnswer,
    MyLanguage,
    MyRequest,
    NewLink,
    SeenAnswer,
    ShownCard,
    SpendingCodeAsked,
    SpendingCodeRequest,
    StandingBody,
    VoucherMailed,
)
from backend_client.schemas.operations import Heartbeat, HeartbeatAnswer
from backend_client.schemas.redemptions import RedemptionAnswer, RedemptionRequest
from backend_client.schemas.staff import Done, StaffUnlock, StaffUnlocked
from backend_client.schemas.terminals import ClaimAnswer, ClaimRequest

LONG_POLL_GRACE_S = 10.0


def claim(
    base_url: str, request: ClaimRequest, *, session: requests.Session | None = None
) -> ClaimAnswer:
    """The token and secrets for a one-time code. Never sent twice: the code works once.

    Raises CodeMistyped, or a BackendError; a code that is not good is BackendRefused.
    """
    with Line(base_url, None, session) as line:
        return line.call("POST", "/terminals/claim", ClaimAnswer, request, retries=0)


class TerminalClient(Client):
    """What a kiosk asks. Safe to use from several threads.

    Each call raises a BackendError, or the LoyaltyError that the rules answered.
    """

    def push(self, events: Sequence[JournalEvent]) -> EventsAnswer:
        """What became of each fact, in the same order."""
        body = EventsRequest(events=tuple(events))
        answer = self._line.call("POST", "/events", EventsAnswer, body)
        if [result.id for result in answer.results] != [item.event.id for item in body.events]:
            raise BackendNonsense("the answers are not those to the facts that were sent")
        return answer

    def changes(self, cursor: str, wait_s: float = 0.0) -> ChangesPage:
        """The changes after `cursor`, waiting up to `wait_s` seconds (25 at most) for one."""
        return self._line.call(
            "GET",
            "/changes",
            ChangesPage,
            query={"cursor": cursor, "wait": f"{wait_s:g}"},
            read_timeout_s=wait_s + LONG_POLL_GRACE_S,
        )

    def hold(self, request: RedemptionRequest, timeout_s: float) -> RedemptionAnswer:
        """The points held. One try: after `timeout_s` without a word, BackendUnavailable.

        Raises NotEnoughPoints, RewardUnavailable or CodeMistyped when the backend says no.
        """
        return self._line.call(
            "POST",
            "/redemptions",
            RedemptionAnswer,
            request,
            connect_timeout_s=timeout_s,
            read_timeout_s=timeout_s,
            retries=0,
        )

    def keep(self, gift: str, request: HoldRequest, timeout_s: float) -> HoldAnswer:
        """One piece of a gift kept while somebody chooses. One try.

        Raises RewardUnavailable when none is left.
        """
        return self._line.call(
            "POST",
            f"/gifts/{gift}/holds",
            HoldAnswer,
            request,
            connect_timeout_s=timeout_s,
            read_timeout_s=timeout_s,
            retries=0,
        )

    def let_go(self, wanted: str, timeout_s: float) -> Done:
        """Nobody chooses that piece any more. One try."""
        return self._line.call(
            "DELETE",
            f"/holds/{wanted}",
            Done,
            connect_timeout_s=timeout_s,
            read_timeout_s=timeout_s,
            retries=0,
        )

    def heartbeat(self, beat: Heartbeat) -> HeartbeatAnswer:
        """Say how this kiosk is, once: the next one is fresher than a second try."""
        return self._line.call("PUT", "/heartbeat", HeartbeatAnswer, beat, retries=0)

    def member(self, member: str) -> MemberProfile:
        """What a kiosk may show of a person."""
        return self._line.call("GET", f"/members/{segment(member)}", MemberProfile)

    def seen(self, card: str) -> SeenAnswer:
        """A card that was tapped: how it stands, whose it is, and where they stand."""
        asked = CardSeen(card=card, standing=True)
        return self._line.call("POST", "/kiosk/cards/seen", SeenAnswer, asked)

    def standing(self, member: str) -> StandingBody:
        """Where somebody stands whom staff helps without their card."""
        return self._line.call("GET", f"/kiosk/members/{segment(member)}/standing", StandingBody)

    def ask_code(self, request: CodeRequest) -> CodeAsked:
        """The same answer for everybody; a code goes to the address if it is a member's."""
        return self._line.call("POST", "/kiosk/codes", CodeAsked, request)

    def check_code(self, code: str, digits: str) -> CodePassed:
        """Who typed the right code. Sent once: each sending is a try. BackendRefused: wrong."""
        path, typed = f"/kiosk/codes/{segment(code)}/check", CodeTyped(digits=digits)
        return self._line.call("POST", path, CodePassed, typed, retries=0)

    def spending_code(self, request: SpendingCodeRequest) -> SpendingCodeAsked:
        """A code on its way to who owns the card that is shown, and where to, masked."""
        return self._line.call("POST", "/kiosk/spending-codes", SpendingCodeAsked, request)

    def check_spending_code(self, code: str, digits: str) -> Done:
        """It is the right one. Sent once: each sending is a try. BackendRefused: wrong."""
        path, typed = f"/kiosk/spending-codes/{segment(code)}/check", CodeTyped(digits=digits)
        return self._line.call("POST", path, Done, typed, retries=0)

    def give_card(self, code: str, tapped: CardTapped) -> CardBody:
        """The new card, after the code was typed at this kiosk; the lost one opens nothing."""
        return self._line.call("POST", f"/kiosk/codes/{segment(code)}/card", CardBody, tapped)

    def hand_off(self, link: NewLink) -> LinkAnswer:
        """A link to show as a QR code: who opens it joins on their phone."""
        return self._line.call("POST", "/kiosk/links", LinkAnswer, link)

    def account_link(self, shown: MyRequest) -> LinkAnswer:
        """A link to show as a QR code: the first phone that opens it is signed in."""
        return self._line.call("POST", "/kiosk/my-data/account-link", LinkAnswer, shown)

    def my_data(self, card: str) -> MyDataAnswer:
        """What is kept of who shows the card."""
        return self._line.call("POST", "/kiosk/my-data", MyDataAnswer, ShownCard(card=card))

    def agree(self, answers: MyConsents) -> MyDataAnswer:
        """What they agree to from now on."""
        return self._line.call("POST", "/kiosk/my-data/consents", MyDataAnswer, answers)

    def speak(self, wanted: MyLanguage) -> MyDataAnswer:
        """The language they want to be written to in."""
        return self._line.call("POST", "/kiosk/my-data/language", MyDataAnswer, wanted)

    def remove_card(self, removal: CardRemoval) -> CardBody:
        """A card that they do not want any more."""
        return self._line.call("POST", "/kiosk/my-data/cards/removal", CardBody, removal)

    def data_link(self, shown: MyRequest) -> LinkAnswer:
        """A link to show as a QR code: it gives them all that is kept of them, for a day."""
        return self._line.call("POST", "/kiosk/my-data/link", LinkAnswer, shown)

    def mail_voucher(self, redemption: str, card: str) -> VoucherMailed:
        """A voucher on its way to the address of who shows the card, and where to, masked."""
        path, shown = f"/kiosk/vouchers/{segment(redemption)}/mail", ShownCard(card=card)
        return self._line.call("POST", path, VoucherMailed, shown)

    def erase_me(self, shown: MyRequest) -> Erased:
        """Forget who shows the card."""
        return self._line.call("POST", "/kiosk/my-data/erasure", Erased, shown)

    def unlock(self, asked: StaffUnlock) -> StaffUnlocked:
        """Who typed a PIN, and what opens the counter in their name. Sent once: it is a try."""
        return self._line.call("POST", "/kiosk/staff", StaffUnlocked, asked, retries=0)

    def lock(self, staff: str, session: str) -> Done:
        """They are done."""
        path = f"/kiosk/staff/{segment(staff)}/{segment(session)}"
        return self._line.call("DELETE", path, Done, retries=0)

    def picture(self, wanted: str) -> bytes:
        """The file of a picture, by its hash; whoever keeps it checks that it has that hash."""
        return self._line.fetch(f"/pictures/{segment(wanted)}")

    def in_the_name_of(self, token: str) -> "Line":
        """The same backend under another token, over the same connections."""
        return self._line.under(token)
