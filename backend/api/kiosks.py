"""What a kiosk asks for the person in front of it: their code, their cards, their own data."""

from typing import Annotated

from fastapi import APIRouter, Path

from backend.api.callers import Address, Data, TerminalCaller
from backend.api.problems import BODY, TOKEN, documented
from backend.db import Transaction
from backend.db.access import Terminal
from backend.services.kiosks.mailed import mail_voucher
from backend.services.kiosks.standing import standing, tapped
from backend.services.people import codes, links, own_data, privacy
from backend.services.people.own_data import LOST_CARD
from backend.services.team import at_kiosk
from backend_client.schemas.base import API, Id
from backend_client.schemas.cards import CardBody
from backend_client.schemas.desk import Erased
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
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.staff import Done, StaffUnlock, StaffUnlocked
from loyalty.ids import MemberId, RedemptionId

_CARD = (ProblemName.NOT_FOUND, ProblemName.CARD_BLOCKED, ProblemName.CARD_EXPIRED)
_PIN = (ProblemName.SIGN_IN, ProblemName.LOCKED)
_Code = Annotated[Id, Path(description="The id under which the code was asked for.")]

routes = APIRouter(prefix=f"{API}/kiosk", tags=["terminals"])


@routes.post("/cards/seen", responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND))
def seen(database: Data, terminal: TerminalCaller, body: CardSeen) -> SeenAnswer:
    """A card was tapped: how it stands and whose it is. In two shops at once, it is frozen."""
    return tapped(database, terminal, body)


@routes.get("/members/{member}/standing", responses=documented(*TOKEN, ProblemName.NOT_FOUND))
def member_standing(
    database: Data, terminal: TerminalCaller, member: Annotated[Id, Path()]
) -> StandingBody:
    """Where a member stands whom staff helps at the kiosk without a card."""
    with database.read(terminal.tenant) as tx:
        return standing(tx, MemberId(member), terminal.store)


@routes.post(
    "/codes",
    responses=documented(
        *BODY,
        *TOKEN,
        ProblemName.EMAIL_REFUSED,
        ProblemName.PHONE_REFUSED,
        ProblemName.TOO_MANY_CODES,
        ProblemName.ID_REUSED,
    ),
)
def ask_code(database: Data, terminal: TerminalCaller, body: CodeRequest) -> CodeAsked:
    """Somebody lost their card: a code goes to the address, if a member has it; nobody is told."""
    return database.run(terminal.tenant, codes.ask, body, LOST_CARD, terminal.id)


@routes.post("/codes/{code}/check", responses=documented(*BODY, *TOKEN, ProblemName.CODE_WRONG))
def check_code(
    database: Data, terminal: TerminalCaller, code: _Code, body: CodeTyped
) -> CodePassed:
    """The code that was typed: right, and who they are; or wrong, and how many tries are left."""
    typed = database.run(terminal.tenant, codes.check, code, body.digits, LOST_CARD, terminal.id)
    member = typed.passed()
    with database.read(terminal.tenant) as tx:
        return own_data.recognised(tx, member)


@routes.post(
    "/spending-codes",
    responses=documented(*BODY, *TOKEN, *_CARD, ProblemName.TOO_MANY_CODES, ProblemName.ID_REUSED),
)
def ask_to_spend(
    database: Data, terminal: TerminalCaller, body: SpendingCodeRequest
) -> SpendingCodeAsked:
    """Who shows a card wants to spend more than its word is good for: a code goes to its owner."""
    return database.run(terminal.tenant, own_data.spending_code, terminal, body)


@routes.post(
    "/spending-codes/{code}/check", responses=documented(*BODY, *TOKEN, ProblemName.CODE_WRONG)
)
def check_to_spend(database: Data, terminal: TerminalCaller, code: _Code, body: CodeTyped) -> Done:
    """The code that was typed is right: for ten minutes, redemptions here may name it."""
    typed = database.run(
        terminal.tenant, codes.check, code, body.digits, own_data.SPENDING, terminal.id
    )
    typed.passed()
    return Done()


@routes.post(
    "/codes/{code}/card",
    responses=documented(*BODY, *TOKEN, *_CARD, ProblemName.CODE_WRONG, ProblemName.CARD_TAKEN),
)
def give_card(database: Data, terminal: TerminalCaller, code: _Code, body: CardTapped) -> CardBody:
    """The card that was tapped after the code opens the account; the lost one does not any more."""
    return database.run(terminal.tenant, own_data.give_card, terminal, code, body)


@routes.post("/staff", responses=documented(*BODY, *TOKEN, *_PIN))
def unlock(database: Data, terminal: TerminalCaller, body: StaffUnlock) -> StaffUnlocked:
    """Somebody of the staff typed their PIN: what the kiosk may ask in their name for a while."""
    return at_kiosk.unlock(database, terminal, body)


@routes.delete("/staff/{staff}/{session}", responses=documented(*TOKEN, ProblemName.INVALID))
def lock(
    database: Data,
    terminal: TerminalCaller,
    staff: Annotated[Id, Path()],
    session: Annotated[Id, Path()],
) -> Done:
    """They are done."""
    database.run(terminal.tenant, at_kiosk.lock, staff, session)
    return Done()


@routes.post(
    "/links", responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND, ProblemName.ID_REUSED)
)
def hand_off(
    database: Data, terminal: TerminalCaller, address: Address, body: NewLink
) -> LinkAnswer:
    """A link to show as a QR code: who opens it joins on their phone, with the card held here."""
    return database.run(
        terminal.tenant,
        links.hand_out,
        body.model_copy(update={"member": None}),
        "handoff",
        terminal.store,
        address,
        terminal=terminal.id,
    )


@routes.post("/my-data", responses=documented(*BODY, *TOKEN, *_CARD))
def my_data(database: Data, terminal: TerminalCaller, body: ShownCard) -> MyDataAnswer:
    """What is kept of the person whose card is shown."""
    with database.read(terminal.tenant) as tx:
        return own_data.my_data(tx, body.card)


@routes.post(
    "/my-data/consents", responses=documented(*BODY, *TOKEN, *_CARD, ProblemName.ID_REUSED)
)
def agree(database: Data, terminal: TerminalCaller, body: MyConsents) -> MyDataAnswer:
    """What they agree to from now on."""
    return database.run(terminal.tenant, own_data.agree, body)


@routes.post("/my-data/language", responses=documented(*BODY, *TOKEN, *_CARD))
def speak(database: Data, terminal: TerminalCaller, body: MyLanguage) -> MyDataAnswer:
    """The language they want to be written to in."""
    return database.run(terminal.tenant, own_data.speak, body)


@routes.post("/my-data/cards/removal", responses=documented(*BODY, *TOKEN, *_CARD))
def remove_card(database: Data, terminal: TerminalCaller, body: CardRemoval) -> CardBody:
    """A card that they do not want any more."""
    return database.run(terminal.tenant, own_data.remove, body)


@routes.post("/my-data/link", responses=documented(*BODY, *TOKEN, *_CARD, ProblemName.ID_REUSED))
def data_link(
    database: Data, terminal: TerminalCaller, address: Address, body: MyRequest
) -> LinkAnswer:
    """A link to show as a QR code: it gives them all that is kept of them, for a day."""
    return database.run(terminal.tenant, _link, terminal, body, "data", address)


@routes.post(
    "/my-data/account-link", responses=documented(*BODY, *TOKEN, *_CARD, ProblemName.ID_REUSED)
)
def account_link(
    database: Data, terminal: TerminalCaller, address: Address, body: MyRequest
) -> LinkAnswer:
    """A link to show as a QR code: the phone that opens it first is signed in, within the hour."""
    return database.run(terminal.tenant, _link, terminal, body, "account", address)


@routes.post("/my-data/erasure", responses=documented(*BODY, *TOKEN, *_CARD))
def erase_me(database: Data, terminal: TerminalCaller, body: MyRequest) -> Erased:
    """Forget the person whose card is shown; what remains are points that nobody can claim."""
    with database.read(terminal.tenant) as tx:
        member = own_data.who_shows(tx, body.card)
    actor = f"terminal:{terminal.id}"
    return privacy.erase_for_good(database, terminal.tenant, member, actor=actor)


@routes.post(
    "/vouchers/{redemption}/mail",
    responses=documented(
        *BODY,
        *TOKEN,
        *_CARD,
        ProblemName.NO_EMAIL,
        ProblemName.VOUCHER_REDEEMED,
        ProblemName.VOUCHER_VOIDED,
        ProblemName.VOUCHER_EXPIRED,
    ),
)
def voucher_by_mail(
    database: Data,
    terminal: TerminalCaller,
    redemption: Annotated[Id, Path(description="The redemption that the voucher is of.")],
    body: ShownCard,
) -> VoucherMailed:
    """A voucher of who shows the card, sent to the address on their record, and only once."""
    return database.run(terminal.tenant, mail_voucher, terminal, RedemptionId(redemption), body)


def _link(
    tx: Transaction, terminal: Terminal, body: MyRequest, purpose: str, address: str
) -> LinkAnswer:
    """A link for whoever shows the card."""
    wanted = NewLink(id=body.id, member=own_data.who_shows(tx, body.card))
    return links.hand_out(tx, wanted, purpose, terminal.store, address, terminal=terminal.id)
