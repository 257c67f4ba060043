"""Gifts: their picture, what they cost in points, who may have how many, and how many are left."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Path
from fastapi.responses import Response

from backend.api.pages import page as told
from backend.api.stock import FOR_EVER
from backend.backoffice.office import OfficePage, show
from backend.backoffice.products import CatalogueDoor
from backend.backoffice.reading import (
    Standing,
    Uploaded,
    known_programs,
    paging,
    standing,
)
from backend.backoffice.rules.known import in_words
from backend.backoffice.rules.reading import slug
from backend.db import Transaction, gifts, shops
from backend.services.programs.programs import programs_of
from backend.services.shop.gifts import (
    counting_otherwise,
    gift_of,
    programs_here,
    put_gift,
    units_here,
)
from backend.services.shop.pictures import picture_of, put_picture
from backend.services.shop.stock import move, stock_of
from backend.web.forms import Form
from backend.web.page import Page, StaffForm
from backend.web.routes import page_routes
from backend.web.words import LANGUAGES, NAMES, later
from backend_client.schemas.base import Id
from backend_client.schemas.catalogue import GiftBody, GiftFound, Hash, MovementBody, MovementKind
from loyalty.ids import RewardId
from loyalty.program import Program, Unit

PATH = "/office/gifts"
FEW = 5
"""From so many pieces down, kiosks and lists say "only N left"."""
_Gift = Annotated[Id, Path()]
MOVEMENTS = (
    (MovementKind.DELIVERY, later("came")),
    (MovementKind.LOSS, later("are lost or broken")),
    (MovementKind.COUNT, later("were counted")),
)
_EVERY = "every:"
"""Before what is counted by all the programs that offer a gift."""
_COUNTING = (
    (Unit.POINTS, later("every program that counts points")),
    (Unit.VISITS, later("every program that counts visits")),
    (Unit.ARTICLES, later("every program that counts articles")),
    (Unit.MONEY, later("every program that counts money")),
)

routes = page_routes(PATH)


@routes.get("")
def gift_list(page: CatalogueDoor) -> Response:
    """The gifts with picture, points and stock; and the rewards of programs that may become one."""
    asked = paging(page)
    place = asked.after(str)
    with page.database.read(page.caller.tenant) as tx:
        found = gifts.gifts_after(tx, place[0] if place else None, asked.limit + 1)
        here = standing(tx, page)
        programs = programs_here(tx)
        known = {gift.id for gift in found}
        costs = {reward.id: reward.cost for reward in here.program.rewards}
        left = {gift.id: _left(tx, gift) for gift in found if gift.stocked}
        rewards = [
            reward
            for reward in here.program.rewards
            if reward.gives is None and reward.id not in known and gifts.gift(tx, reward.id) is None
        ]
    shown, following = told(found, asked, lambda gift: (gift.id,))
    return show(
        page,
        "shop/gifts.html",
        gifts=shown,
        names={gift.id: in_words(dict(gift.name), page.words) for gift in found},
        rewards=[(reward, in_words(dict(reward.name), page.words)) for reward in rewards],
        left=left,
        prices={gift.id: _price(here, gift, costs.get(RewardId(gift.id))) for gift in found},
        apart={gift.id: _names(page, counting_otherwise(gift, programs)) for gift in found},
        few=FEW,
        here=here,
        following=following,
    )


def _price(here: Standing, gift: GiftFound, else_: int | None = None) -> str:
    """What it costs, as its price is counted; empty where only a program may say."""
    if gift.cost is None:
        return here.counted_points(else_) if else_ else ""
    return here.counting(gift.unit).counted_points(gift.cost)


def _names(page: Page, programs: Iterable[Program]) -> str:
    return ", ".join(in_words(dict(each.name), page.words) or each.id for each in programs)


def _left(tx: Transaction, gift: GiftFound) -> int:
    return sum(each.free for each in stock_of(tx, gift.id).stock)


@routes.get("/new")
def new(page: CatalogueDoor) -> Response:
    """A gift that is not there yet."""
    return _show(page, None, None)


@routes.post("/new")
def add(page: CatalogueDoor, form: StaffForm, picture: Uploaded) -> Response:
    """Added under a name for machines made of its own."""
    shown = form.text("picture.kept")
    with form.attempt():
        named = next(
            (form.text(f"name.{each}") for each in LANGUAGES if form.text(f"name.{each}")), ""
        )
        wanted = f"{slug(named) or 'gift'}-{form.text('mark')[:6]}"
        shown = _stored(page, form, picture)
        _keep(page, wanted, form, shown)
        return page.go(f"{PATH}/{wanted}", page.words.t("The gift is kept."))
    return _show(page, form, None, shown)


@routes.get("/{gift}")
def edit(page: CatalogueDoor, gift: _Gift) -> Response:
    """One gift with its stock, as forms."""
    return _show(page, None, gift)


@routes.post("/{gift}")
def save(page: CatalogueDoor, form: StaffForm, gift: _Gift, picture: Uploaded) -> Response:
    """The gift as it is from now on; kiosks hear of it."""
    shown = form.text("picture.kept")
    with form.attempt():
        shown = _stored(page, form, picture)
        _keep(page, gift, form, shown)
        return page.go(f"{PATH}/{gift}", page.words.t("The gift is kept."))
    return _show(page, form, gift, shown)


@routes.post("/{gift}/stock")
def stock(page: CatalogueDoor, form: StaffForm, gift: _Gift) -> Response:
    """Pieces came, went or were counted in a store."""
    with form.attempt():
        pieces = form.whole("pieces")
        if pieces is None:
            raise form.mistake("pieces", "Fill this in")
        body = MovementBody(
            id=form.text("id"),
            kind=MovementKind(form.text("kind")),
            pieces=pieces,
            comment=form.text("comment"),
        )
        page.database.run(
            page.caller.tenant, move, gift, form.text("store"), body, actor=page.caller.actor
        )
        return page.go(f"{PATH}/{gift}", page.words.t("The stock is written down."))
    return _show(page, form, gift)


@routes.get("/pictures/{picture}")
def picture_file(page: OfficePage, picture: Annotated[Hash, Path()]) -> Response:
    """A picture, for pages of the back office."""
    with page.database.read(page.caller.tenant) as tx:
        found = picture_of(tx, picture)
    headers = {"Cache-Control": FOR_EVER, "X-Content-Type-Options": "nosniff"}
    return Response(found.body, media_type=found.media_type, headers=headers)


def _stored(page: Page, form: Form, picture: bytes) -> str:
    """The picture that was chosen now, kept before the rest is judged: nobody chooses it twice.

    Else the one that the form had. Raises Refused.
    """
    if not picture:
        return form.text("picture.kept")
    shown = sha256(picture).hexdigest()
    page.database.run(page.caller.tenant, put_picture, shown, kind_of(picture), picture)
    return shown


def _keep(page: Page, gift: str, form: Form, picture: str) -> None:
    """Raises Refused or ValidationError."""
    chosen = form.text("program")
    with page.database.read(page.caller.tenant) as tx:
        here = _offering(tx, page, chosen)
    body = GiftBody.model_validate(
        {
            **_values(form),
            "picture": picture or None,
            "program": None if chosen.startswith(_EVERY) else chosen or None,
            "points": here.read(form, "points"),
            "unit": here.program.unit,
        }
    )
    page.database.run(page.caller.tenant, put_gift, gift, body)


def _offering(tx: Transaction, page: Page, chosen: str) -> Standing:
    """The program that is chosen, or one that counts what is chosen, else the reader's."""
    if not chosen.startswith(_EVERY):
        return known_programs(tx, page, [chosen]).get(chosen) or standing(tx, page)
    unit = chosen.removeprefix(_EVERY)
    counts_it = (program.id for program in programs_here(tx) if program.unit == unit)
    return standing(tx, page, next(counts_it, ""))


def _choices(tx: Transaction, page: Page, gift: GiftFound | None) -> list[tuple[str, str]]:
    """Who may offer it: every program, all that count the same where some do not, or one."""
    t = page.words.t
    units = {*units_here(tx), *([gift.unit] if gift and gift.unit else [])}
    every = [(f"{_EVERY}{unit}", t(said)) for unit, said in _COUNTING if unit in units]
    if len(every) < 2:  # noqa: PLR2004 - all count alike
        every = [("", t("every program"))]
    named = programs_of(tx).programs
    return every + [(each.id, in_words(each.name, page.words) or each.id) for each in named]


def _chosen(gift: GiftFound | None, here: Standing, choices: list[tuple[str, str]]) -> str:
    """Of these, the one that the gift has."""
    if gift is not None and gift.program:
        return gift.program
    unit = (gift.unit if gift else None) or here.program.unit
    return "" if choices[0][0] == "" else f"{_EVERY}{unit}"


def kind_of(picture: bytes) -> str:
    """The media type that a file's first bytes say; the service looks closer."""
    marks = ((b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))
    return next((kind for mark, kind in marks if picture.startswith(mark)), "image/unknown")


def _values(form: Form) -> dict[str, Any]:
    names = {each: form.text(f"name.{each}") for each in LANGUAGES if form.text(f"name.{each}")}
    if not names:
        raise form.mistake(f"name.{LANGUAGES[0]}", "Fill this in")
    return {
        "name": names,
        "product": form.text("product") or None,
        "offered": form.flag("offered"),
        "stocked": form.flag("stocked"),
        "stores": form.many("stores"),
        "per_member": form.whole("per_member"),
        "per_days": form.whole("per_days"),
        "voucher": {
            "months": form.whole("voucher.months") or 0,
            "days": form.whole("voucher.days") or 0,
        },
    }


def _show(page: Page, form: Form | None, wanted: str | None, picture: str = "") -> Response:
    with page.database.read(page.caller.tenant) as tx:
        known = gifts.gift(tx, wanted) if wanted else None
        choices = _choices(tx, page, known)
        chosen = form.text("program") if form else _chosen(known, standing(tx, page), choices)
        here = _offering(tx, page, chosen)
        apart = counting_otherwise(known, programs_here(tx)) if known else ()
        reward = here.program.reward(RewardId(wanted)) if wanted else None
        if wanted and known is None and reward is None:
            gift_of(tx, wanted)
        stores = shops.stores(tx)
        pieces = {each.store: each for each in stock_of(tx, known.id).stock} if known else {}
    name = dict(known.name) if known else dict(reward.name) if reward else {}
    return show(
        page,
        "shop/gift.html",
        status=422 if form else 200,
        form=form,
        gift=known,
        picture=picture or (known.picture if known else ""),
        wanted=wanted or "",
        name=name,
        title=in_words(name, page.words),
        reward=reward,
        languages_of=[(each, NAMES[each]) for each in LANGUAGES],
        stores=stores,
        choices=choices,
        chosen=chosen,
        points=here.typed(known.points) if known and known.unit == here.program.unit else "",
        price=_price(here, known) if known else "",
        apart=_names(page, apart),
        pieces=pieces,
        here=here,
        store_choices=[(store.id, store.name) for store in stores],
        movements=[(kind.value, page.words.t(said)) for kind, said in MOVEMENTS],
        few=FEW,
        # Made when it is shown: sent twice, it is one deed.
        new_id=str(uuid4()),
    )
