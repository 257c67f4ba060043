"""The backend over HTTP: typed calls, a time limit on each, and retries where they are harmless.

Every write carries an id of its own, so sending it again after silence does it once.
"""

import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from urllib.parse import quote, urlsplit

import requests
from pydantic import BaseModel, TypeAdapter, ValidationError
from requests.auth import AuthBase
from requests.exceptions import (
    ConnectionError as NoConnection,
)
from requests.exceptions import (
    InvalidURL,
    RequestException,
    SSLError,
    Timeout,
)

from backend_client.errors import (
    BackendError,
    BackendNonsense,
    BackendRefused,
    BackendUnavailable,
    NotAuthorised,
)
from backend_client.schemas import (
    API,
    PROBLEM,
    AccountAnswer,
    AccountSummary,
    CardBody,
    CardRemoval,
    CardTapped,
    CartBody,
    ChangesPage,
    ClaimAnswer,
    ClaimRequest,
    CodeAsked,
    CodePassed,
    CodeRequest,
    CodeTyped,
    CreditNoteBody,
    Done,
    Erased,
    EventsAnswer,
    EventsRequest,
    Heartbeat,
    HeartbeatAnswer,
    HoldAnswer,
    HoldRequest,
    Instant,
    JournalEvent,
    LinkAnswer,
    LotsPage,
    LotState,
    MemberFound,
    MemberProfile,
    MemberQuery,
    MovementsPage,
    MyConsents,
    MyDataAnswer,
    MyLanguage,
    MyRequest,
    NewLink,
    Problem,
    ProblemName,
    QuoteAnswer,
    QuoteBody,
    RedemptionAnswer,
    RedemptionRequest,
    ReturnBody,
    SaleAct,
    SaleActAnswer,
    SaleAnswer,
    SaleBody,
    SalesAnswer,
    SalesRequest,
    SaleView,
    SeenAnswer,
    ShownCard,
    SimulationAnswer,
    StaffUnlock,
    StaffUnlocked,
    TakenOfflineAnswer,
    TakenOfflineBody,
    UseAnswer,
    UseBody,
    UseIssue,
    VoucherAnswer,
    VoucherKey,
    VoucherRedemption,
)
from loyalty.earning import CurrencyMismatch
from loyalty.errors import (
    CodeMistyped,
    EmailRefused,
    Flaw,
    LoyaltyError,
    MemberLimit,
    NotEnoughPoints,
    RewardUnavailable,
    VoucherExpired,
    VoucherRedeemed,
    VoucherUnknown,
    VoucherVoided,
)
from loyalty.ledger import EntryKind
from loyalty.vouchers import parse

Answer = TypeVar("Answer", bound=BaseModel)
Method = Literal["GET", "POST", "PUT", "DELETE"]

CONNECT_TIMEOUT_S = 3.05
"""A little more than 3 s, after which TCP sends its first packet again (RFC 6298)."""
READ_TIMEOUT_S = 10.0
LONG_POLL_GRACE_S = 10.0
RETRIES = 2
RETRY_FIRST_S = 0.2
RETRY_AFTER_MAX_S = 5.0


def claim(
    base_url: str, request: ClaimRequest, *, session: requests.Session | None = None
) -> ClaimAnswer:
    """The token and secrets for a one-time code. Never sent twice: the code works once.

    Raises CodeMistyped, or a BackendError; a code that is not good is BackendRefused.
    """
    with Line(base_url, None, session) as line:
        return line.call("POST", "/terminals/claim", ClaimAnswer, request, retries=0)


class TerminalClient:
    """What a kiosk asks. Safe to use from several threads.

    Each call raises a BackendError, or the LoyaltyError that the rules answered.
    """

    def __init__(
        self, base_url: str, token: str, *, session: requests.Session | None = None
    ) -> None:
        """`session` lets tests reach an application without a socket."""
        self._line = Line(base_url, token, session)

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
        """A card that was tapped: how it stands, and whose it is."""
        return self._line.call("POST", "/kiosk/cards/seen", SeenAnswer, ShownCard(card=card))

    def ask_code(self, request: CodeRequest) -> CodeAsked:
        """The same answer for everybody; a code goes to the address if it is a member's."""
        return self._line.call("POST", "/kiosk/codes", CodeAsked, request)

    def check_code(self, code: str, digits: str) -> CodePassed:
        """Who typed the right code. Sent once: each sending is a try. BackendRefused: wrong."""
        path, typed = f"/kiosk/codes/{segment(code)}/check", CodeTyped(digits=digits)
        return self._line.call("POST", path, CodePassed, typed, retries=0)

    def give_card(self, code: str, tapped: CardTapped) -> CardBody:
        """The new card, after the code was typed at this kiosk; the lost one opens nothing."""
        return self._line.call("POST", f"/kiosk/codes/{segment(code)}/card", CardBody, tapped)

    def hand_off(self, link: NewLink) -> LinkAnswer:
        """A link to show as a QR code: who opens it joins on their phone."""
        return self._line.call("POST", "/kiosk/links", LinkAnswer, link)

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

    def close(self) -> None:
        """Close the connections."""
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class TillClient:
    """What a till asks. Safe to use from several threads.

    Each call raises a BackendError, or the LoyaltyError that the rules answered.
    """

    def __init__(self, base_url: str, key: str, *, session: requests.Session | None = None) -> None:
        """`session` lets tests reach an application without a socket."""
        self._line = Line(base_url, key, session)

    def find_member(self, query: MemberQuery) -> MemberFound:
        """The member of a card or an address. An unknown one is BackendRefused; EmailRefused."""
        return self._line.call("POST", "/members/find", MemberFound, query)

    def record_sale(self, sale: SaleBody) -> SaleAnswer:
        """What the sale earned; the same again when it is sent again. CurrencyMismatch."""
        return self._line.call("POST", "/sales", SaleAnswer, sale)

    def quote(self, quote: QuoteBody) -> QuoteAnswer:
        """What a sale would earn, and what the member may have now. CurrencyMismatch."""
        return self._line.call("POST", "/quotes", QuoteAnswer, quote)

    def simulate(self, cart: CartBody) -> SimulationAnswer:
        """What a cart would earn for anybody. CurrencyMismatch."""
        return self._line.call("POST", "/simulations", SimulationAnswer, cart)

    def record_sales(self, sales: Sequence[SaleBody]) -> SalesAnswer:
        """What became of each sale, in the same order; one that is refused holds up no other."""
        body = SalesRequest(sales=tuple(sales))
        answer = self._line.call("POST", "/sales/batch", SalesAnswer, body)
        if [result.sale for result in answer.results] != [sale.id for sale in body.sales]:
            raise BackendNonsense("the answers are not those to the sales that were sent")
        return answer

    def sale(self, sale: str) -> SaleView:
        """A sale as the books have it."""
        return self._line.call("GET", f"/sales/{segment(sale)}", SaleView)

    def void_sale(self, sale: str, act: SaleAct) -> SaleActAnswer:
        """The sale undone, with what was spent on it. NotEnoughPoints where debts are refused."""
        return self._line.call("POST", f"/sales/{segment(sale)}/void", SaleActAnswer, act)

    def restore_sale(self, sale: str, act: SaleAct) -> SaleActAnswer:
        """The void undone. NotEnoughPoints where what was spent is not there any more."""
        path = f"/sales/{segment(sale)}/restoration"
        return self._line.call("POST", path, SaleActAnswer, act)

    def return_goods(self, sale: str, goods: ReturnBody) -> SaleActAnswer:
        """What the lines earned taken back. NotEnoughPoints where debts are refused."""
        return self._line.call("POST", f"/sales/{segment(sale)}/returns", SaleActAnswer, goods)

    def credit_note(self, note: CreditNoteBody) -> SaleActAnswer:
        """What money given back without a known sale takes. CurrencyMismatch, NotEnoughPoints."""
        return self._line.call("POST", "/credit-notes", SaleActAnswer, note)

    def use(self, use: UseBody) -> UseAnswer:
        """Points set aside. Raises NotEnoughPoints, RewardUnavailable or MemberLimit."""
        return self._line.call("POST", "/uses", UseAnswer, use)

    def issue_use(self, use: str, issue: UseIssue) -> UseAnswer:
        """The customer has what the points bought."""
        return self._line.call("POST", f"/uses/{segment(use)}/issue", UseAnswer, issue)

    def void_use(self, use: str) -> UseAnswer:
        """The points given back; once, however often it is asked."""
        return self._line.call("POST", f"/uses/{segment(use)}/void", UseAnswer)

    def account(self, member: str) -> AccountAnswer:
        """The member's account with every entry."""
        return self._line.call("GET", f"/accounts/{segment(member)}", AccountAnswer)

    def summary(self, member: str) -> AccountSummary:
        """Balance, worth, deadlines, what is pending, rewards and tier."""
        return self._line.call("GET", f"/accounts/{segment(member)}/summary", AccountSummary)

    def lots(
        self, member: str, state: LotState | None = None, *, cursor: str = "", limit: int = 50
    ) -> LotsPage:
        """Points as they were earned, newest first, and what is left of each."""
        query = {"cursor": cursor, "limit": str(limit)} | ({"state": state} if state else {})
        return self._line.call("GET", f"/accounts/{segment(member)}/lots", LotsPage, query=query)

    def movements(
        self, member: str, kind: EntryKind | None = None, *, cursor: str = "", limit: int = 50
    ) -> MovementsPage:
        """Every movement of points, newest first, with its ticket and why it is what it is."""
        query = {"cursor": cursor, "limit": str(limit)} | ({"kind": kind} if kind else {})
        path = f"/accounts/{segment(member)}/movements"
        return self._line.call("GET", path, MovementsPage, query=query)

    def voucher_key(self) -> VoucherKey:
        """The key with which sealed vouchers are checked without the network."""
        return self._line.call("GET", "/voucher-key", VoucherKey)

    def tell_taken(self, taken: TakenOfflineBody) -> TakenOfflineAnswer:
        """Vouchers that were taken without the network; none is refused, some are flagged."""
        return self._line.call("POST", "/vouchers-taken", TakenOfflineAnswer, taken)

    def voucher(self, code: str) -> VoucherAnswer:
        """The voucher and what it gives. Raises CodeMistyped or VoucherUnknown."""
        return self._line.call("GET", f"/vouchers/{parse(code)}", VoucherAnswer)

    def redeem(self, code: str, redemption: VoucherRedemption) -> VoucherAnswer:
        """The voucher taken. Raises the VoucherRefused leaf that says why not."""
        path = f"/vouchers/{parse(code)}/redemption"
        return self._line.call("POST", path, VoucherAnswer, redemption)

    def close(self) -> None:
        """Close the connections."""
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Bearer(AuthBase):
    """Our token, and never what a .netrc file of the machine has for that host."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Line:
    """One backend: sends, retries, and reads what comes back. For the clients of this package."""

    def __init__(self, base_url: str, token: str | None, session: requests.Session | None) -> None:
        self._url = base_url.strip().rstrip("/")
        self._base = self._url + API
        self._auth = _Bearer(token)
        self._session = session or requests.Session()
        self._owns_session = session is None

    def under(self, token: str) -> "Line":
        """The same line with another token; it closes nothing."""
        return Line(self._url, token, self._session)

    def close(self) -> None:
        if self._owns_session:
            self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def call(
        self,
        method: Method,
        path: str,
        answer: type[Answer],
        body: BaseModel | None = None,
        *,
        query: dict[str, str] | None = None,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        read_timeout_s: float = READ_TIMEOUT_S,
        retries: int = RETRIES,
    ) -> Answer:
        def once() -> requests.Response:
            return self._send(method, path, body, query, (connect_timeout_s, read_timeout_s))

        response = _with_retries(once, retries)
        return _read(response, answer)

    def fetch(self, path: str) -> bytes:
        """A file, as it is. Raises BackendError."""

        def once() -> requests.Response:
            return self._send("GET", path, None, None, (CONNECT_TIMEOUT_S, READ_TIMEOUT_S))

        response = _with_retries(once, RETRIES)
        if response.status_code != HTTPStatus.OK:
            raise _refusal(response)
        return response.content

    def _send(
        self,
        method: Method,
        path: str,
        body: BaseModel | None,
        query: dict[str, str] | None,
        timeout: tuple[float, float],
    ) -> requests.Response:
        if not _is_web_address(self._base):
            raise BackendNonsense("the backend's address must begin with https:// or http://")
        try:
            response = self._session.request(
                method,
                self._base + path,
                params=query,
                data=None if body is None else body.model_dump_json().encode(),
                headers={"Accept": "application/json"}
                | ({} if body is None else {"Content-Type": "application/json"}),
                auth=self._auth,
                timeout=timeout,
                allow_redirects=False,
            )
        except SSLError as error:
            raise BackendUnavailable("the backend's certificate is not trusted") from error
        except Timeout as error:
            raise BackendUnavailable("the backend did not answer in time") from error
        except InvalidURL as error:
            raise BackendNonsense("the backend's address is not a web address") from error
        except NoConnection as error:
            raise BackendUnavailable("the backend cannot be reached") from error
        except RequestException as error:
            raise BackendUnavailable(f"the backend broke off: {type(error).__name__}") from error
        if _cannot_now(response.status_code):
            raise _ComeBack(response)
        return response


def _cannot_now(status: int) -> bool:
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


class _ComeBack(BackendUnavailable):
    """Something answered that it cannot now."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__(f"the backend answered {response.status_code}: come back later")
        after = response.headers.get("Retry-After", "")
        self.after_s = min(float(after), RETRY_AFTER_MAX_S) if after.isdigit() else 0.0


def _with_retries(once: Callable[[], requests.Response], retries: int) -> requests.Response:
    for attempt in range(retries):
        try:
            return once()
        except BackendUnavailable as error:
            # Jitter: a thousand kiosks whose backend restarts must not come back in one instant.
            pause = RETRY_FIRST_S * 2**attempt * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
            time.sleep(max(pause, error.after_s if isinstance(error, _ComeBack) else 0.0))
    return once()


def _read(response: requests.Response, answer: type[Answer]) -> Answer:
    if response.is_redirect:
        # Another host must never get the token; whoever set the address should set the last one.
        raise BackendNonsense("the backend's address leads elsewhere: set the final address")
    if response.status_code in (HTTPStatus.OK, HTTPStatus.ACCEPTED):
        try:
            return answer.model_validate_json(response.content)
        except ValidationError as error:
            raise BackendNonsense(
                f"{_host(response)} answers, but not as a loyalty backend: check the address"
            ) from error
    raise _refusal(response)


def _refusal(response: requests.Response) -> BackendError | LoyaltyError:
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        problem = None
    if problem is None or not problem.type.startswith(PROBLEM):
        return BackendNonsense(
            f"{_host(response)} answers {response.status_code}, but not as a loyalty backend:"
            " check the address"
        )
    name = problem.type.removeprefix(PROBLEM)
    if name in (ProblemName.NOT_AUTHORISED, ProblemName.NOT_ALLOWED):
        return NotAuthorised(problem)
    try:
        return _rule(name, problem) or BackendRefused(problem)
    except (KeyError, ValueError):
        return BackendNonsense(f"{_host(response)} answers {name} without saying what it must")


def _rule(name: str, problem: Problem) -> LoyaltyError | None:
    build = _RULES.get(name)
    return None if build is None else build(problem.detail, problem.model_extra or {})


def _redeemed(_: str, members: dict[str, Any]) -> LoyaltyError:
    return VoucherRedeemed(at=_instant(members["at"]), place=str(members["place"]))


def _instant(text: str) -> datetime:
    at: datetime = TypeAdapter(Instant).validate_python(text)
    return at


_RULES: dict[str, Callable[[str, dict[str, Any]], LoyaltyError]] = {
    ProblemName.NOT_ENOUGH_POINTS: lambda _, members: NotEnoughPoints(int(members["missing"])),
    ProblemName.REWARD_UNAVAILABLE: lambda detail, _: RewardUnavailable(detail),
    ProblemName.SOLD_OUT: lambda detail, _: RewardUnavailable(detail),
    ProblemName.MEMBER_LIMIT: lambda _, members: MemberLimit(int(members["times"])),
    ProblemName.CODE_MISTYPED: lambda detail, _: CodeMistyped(detail),
    ProblemName.VOUCHER_UNKNOWN: lambda detail, _: VoucherUnknown(detail),
    ProblemName.VOUCHER_REDEEMED: _redeemed,
    ProblemName.VOUCHER_VOIDED: lambda detail, _: VoucherVoided(detail),
    ProblemName.VOUCHER_EXPIRED: lambda _, members: VoucherExpired(_instant(members["expired_at"])),
    ProblemName.EMAIL_REFUSED: lambda _, members: EmailRefused(Flaw(members["flaw"])),
    ProblemName.CURRENCY: lambda detail, _: CurrencyMismatch(detail),
}


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def segment(text: str) -> str:
    """`text` as one part of an address."""
    return quote(text, safe="")


def _host(response: requests.Response) -> str:
    return urlsplit(str(response.url)).hostname or "something"
