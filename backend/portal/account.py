"""What a member has: points and until when, why they have them, and their vouchers."""

from base64 import b64encode

from fastapi.responses import Response

from backend.api import me
from backend.api.pages import Paging
from backend.codes import svg
from backend.db import Transaction, shops
from backend.portal.own import HOME, Own, OwnForm
from backend.services.selling.tickets import counted
from backend.web.forms import Form
from backend.web.routes import page_routes
from backend.words import Words
from backend_client.schemas.accounts import LotState
from backend_client.schemas.me import MyPhoneCardMade
from backend_client.schemas.members import MemberFigures
from loyalty.ids import ProgramId
from loyalty.program import in_language

_AT_ONCE = 20

routes = page_routes(HOME)


@routes.get("")
def overview(page: Own, program: str | None = None, welcome: bool = False) -> Response:
    """Balance, what it is worth, when points are lost, what waits, rank and household."""
    language = page.words.language
    told = me.account(page.database, page.member, language, language, program or None)
    with page.database.read(page.member.tenant) as tx:
        others = [(each.program, *_in_words(tx, each, Words(language))) for each in told.programs]
    return page.own(
        "account.html",
        mine=told,
        others=others,
        valid=[lot for lot in told.lots if lot.state is LotState.ACTIVE],
        welcome=welcome,
    )


def _in_words(tx: Transaction, figures: MemberFigures, words: Words) -> tuple[str, str]:
    """What the program is called, and the balance in its own unit."""
    program = shops.program(tx, ProgramId(figures.program))
    assert program is not None, "who has points in a program has a program"
    name = in_language(program.name, words.language) or figures.program
    return name, counted(words, program, figures.balance)


@routes.get("/history")
def history(page: Own, program: str | None = None, cursor: str = "") -> Response:
    """Every movement, newest first, with why, and which store changed one by hand (P-22)."""
    language = page.words.language
    asked = Paging(cursor=cursor, limit=_AT_ONCE)
    told = me.movements(page.database, page.member, language, asked, language, program or None)
    mine = me.account(page.database, page.member, language, language, program or None)
    with page.database.read(page.member.tenant) as tx:
        places = {store.id: store.name for store in shops.stores(tx)}
    return page.own("history.html", told=told, mine=mine, places=places)


@routes.get("/card")
def card(page: Own) -> Response:
    """The phone as a card: a code that the till scans (P-35)."""
    return _card(page)


@routes.post("/card")
def make_card(page: Own, form: OwnForm) -> Response:
    """Have one, or another code for it."""
    with form.attempt():
        body = form.into(MyPhoneCardMade, instead_of=form.text("instead_of") or None)
        me.make_card(page.database, page.member, body)
        return page.go(f"{HOME}/card", "")
    return _card(page, form=form, status=422)


def _card(page: Own, *, form: Form | None = None, status: int = 200) -> Response:
    told, person = me.card(page.database, page.member), page.member.person
    number = told.number or ""
    return page.own(
        "card.html",
        status=status,
        form=form,
        card=told,
        name=" ".join(filter(None, (person.first_name, person.last_name))),
        code=_drawn(number) if number else "",
        spelt=" ".join(number[at : at + _SPELT] for at in range(0, len(number), _SPELT)),
    )


_SPELT = 6
"""Letters of a card's number that are read at once."""


@routes.get("/vouchers")
def vouchers(page: Own) -> Response:
    """What a till takes now, each with its code; then the others."""
    language = page.words.language
    told = me.vouchers(page.database, page.member, language, language)
    codes = {each.code: _drawn(each.payload) for each in told.vouchers if each.usable}
    return page.own("vouchers.html", vouchers=told.vouchers, codes=codes)


def _drawn(payload: str) -> str:
    """The QR code of what the till scans, as the address of a picture."""
    return f"data:image/svg+xml;base64,{b64encode(svg(payload)).decode()}"
