"""A member at home: balance, gifts, vouchers, history."""

import asyncio
import logging
from datetime import datetime

from backend_client.errors import BackendError
from kiosk import screens
from kiosk.background import abandonable
from kiosk.context import Kiosk
from kiosk.db import StorageTrouble
from kiosk.db.transaction import KnownMember
from kiosk.flows.gifts import choose_gift, gift_of, take_gift
from kiosk.flows.history import history
from kiosk.flows.my_data import my_data
from kiosk.flows.sighting import tell_seen
from kiosk.flows.standing import purses, rank_of
from kiosk.flows.vouchers import my_vouchers
from kiosk.flows.welcome import claim
from kiosk.screens import Gift, HomeChoice, TakeGift
from kiosk.services.identify import Visit, again, is_blocked, remember_person
from kiosk.tickets import last_day
from loyalty.earning import worth_of_a_point
from loyalty.program import Unit
from loyalty.rewards import Offer, next_goal, offers

log = logging.getLogger(__name__)

MOST_STAMPS = 15
"""More are a number, not a card."""

NAME_S = 0.05
"""How long the balance may wait for a name that this kiosk does not know: half of what it has from
the tap to the glass. A greeting that changes before one's eyes is read twice."""

LEARN_MAX_S = 20.0
"""How long a name is waited for; the balance is on the glass meanwhile."""


async def home(kiosk: Kiosk, found: Visit, heard: int) -> None:
    """Show the account until the person finishes.

    `heard` is `kiosk.learnt` from before `found` was read: what came since is shown too.
    """
    found = await _introduced(kiosk, found)
    _speak(kiosk, found.person)
    if not found.welcomed:
        found = await claim(kiosk, found)
    telling: list[asyncio.Future[None]] = []
    try:
        await _at_home(kiosk, found, heard, telling)
    finally:
        for each in telling:
            each.cancel()


async def _introduced(kiosk: Kiosk, found: Visit) -> Visit:
    """With the name and the language, where the backend tells them before anybody waits."""
    if found.person is not None or not kiosk.health.online:
        return found
    learning = asyncio.ensure_future(_remember(kiosk, found))
    try:
        await asyncio.wait({learning}, timeout=NAME_S)
    finally:
        learning.cancel()  # asked again beside the balance
    return await kiosk.db.run(again, found, now=kiosk.now())


async def _at_home(
    kiosk: Kiosk, found: Visit, heard: int, telling: list[asyncio.Future[None]]
) -> None:
    while not await kiosk.db.run(is_blocked, kiosk.session.card):
        choice = await _ask_home(kiosk, found, heard)
        if choice is None:
            return
        # What was touched may be newer than what was found before: a sale came meanwhile.
        found = await kiosk.db.run(again, found, now=kiosk.now())
        before = len(found.vouchers)
        await _go(kiosk, found, choice)
        heard = kiosk.learnt
        found = await kiosk.db.run(again, found, now=kiosk.now())
        if len(found.vouchers) != before and kiosk.session.card is not None:
            # Some gifts can be had so many times only: what is left of that, the backend says.
            telling.append(asyncio.ensure_future(tell_seen(kiosk, kiosk.session.card)))


def _speak(kiosk: Kiosk, person: KnownMember | None) -> None:
    """The member's language, unless they have just chosen another or the shop does not have it."""
    chosen = kiosk.display.language != kiosk.languages[0]
    if person is not None and not chosen and person.language in kiosk.languages:
        kiosk.display.language = person.language


async def _go(kiosk: Kiosk, found: Visit, choice: TakeGift | HomeChoice) -> None:
    gift = choice.gift if isinstance(choice, TakeGift) else None
    if choice in (HomeChoice.GIFTS, HomeChoice.EXPIRING):
        gift = await choose_gift(kiosk, found, only_now=choice is HomeChoice.EXPIRING)
    if gift is not None:
        await take_gift(kiosk, found, gift)
    elif choice is HomeChoice.VOUCHERS:
        await my_vouchers(kiosk, found)
    elif choice is HomeChoice.HISTORY:
        await history(kiosk, found)
    elif choice is HomeChoice.MY_DATA:
        await my_data(kiosk, found)


async def _ask_home(kiosk: Kiosk, found: Visit, heard: int) -> TakeGift | HomeChoice | None:
    """The balance at once; a name that this kiosk never learnt follows from the backend.

    What sync learns meanwhile, such as a sale at the till, is shown without a touch.
    """
    remembering = asyncio.ensure_future(_remember(kiosk, found))
    screen = home_screen(kiosk, found)
    question = asyncio.ensure_future(kiosk.ask(screen))
    try:
        while True:
            news = asyncio.ensure_future(kiosk.news(heard))
            await asyncio.wait({question, news}, return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
            if question.done():
                return question.result()
            heard = kiosk.learnt
            if await kiosk.db.run(is_blocked, kiosk.session.card):
                return None  # somebody has a copy of the card, or its owner has lost it
            found = await kiosk.db.run(again, found, now=kiosk.now())
            latest = home_screen(kiosk, found)
            if latest != screen and not question.done():
                question.cancel()
                screen = latest
                question = asyncio.ensure_future(kiosk.ask(screen, fresh=False))
    finally:
        question.cancel()
        remembering.cancel()


def home_screen(kiosk: Kiosk, found: Visit) -> screens.Home:
    """The account as data for the glass."""
    now, language, said = kiosk.now(), kiosk.display.language, kiosk.session.standing
    choices = offers(found.program, found.account, now=now)
    gifts = tuple(gift_of(kiosk, found, offer) for offer in choices)
    goal = _goal(gifts)
    expiring = found.account.next_deadline(now)
    return screens.Home(
        first_name=found.person.first_name if found.person else "",
        balance=found.account.balance(now),
        goal=goal,
        gifts=tuple(sorted(gifts, key=lambda gift: gift.barred is not None)),
        vouchers=len(found.vouchers),
        worth=_worth(found, now),
        stamps=_stamps(found, choices, now),
        expiring=screens.Expiring(
            points=expiring.left, last_day=last_day(expiring.deadline, found.zone)
        )
        if expiring and expiring.deadline
        else None,
        pending=found.account.pending(now),
        rank=rank_of(said, found.program, found.zone, language),
        cards=said.household.cards if said and said.household else 0,
        purses=purses(found, now, language),
        offline=not kiosk.health.online,
    )


def _goal(gifts: tuple[Gift, ...]) -> Gift | None:
    """What the way is shown to: a gift they can have, rather than the first cent of money off."""
    ahead = [gift for gift in gifts if gift.missing and gift.barred is None]
    return min(ahead, key=lambda gift: gift.by_amount, default=None)


def _worth(found: Visit, now: datetime) -> int | None:
    """The balance in money, rounded down; None where points have no price, or are money."""
    program = found.program
    if program.unit is Unit.MONEY or program.point_value is None:
        return None
    return int(found.account.balance(now) * worth_of_a_point(program))


def _stamps(found: Visit, choices: tuple[Offer, ...], now: datetime) -> screens.Stamps | None:
    """The card of the nearest gift, where visits or articles are counted and a card shows them."""
    if found.program.unit not in {Unit.VISITS, Unit.ARTICLES} or not choices:
        return None
    goal = next_goal(choices) or choices[-1]
    total = goal.reward.cost
    if not 1 < total <= MOST_STAMPS:
        return None
    return screens.Stamps(filled=min(found.account.balance(now), total), total=total)


async def _remember(kiosk: Kiosk, found: Visit) -> None:
    """Keep the person as seen today, learning the name first where it is not known here."""
    person = found.person
    try:
        if person is None:
            profile = await abandonable(lambda: kiosk.client.member(found.owner), LEARN_MAX_S)
            person = KnownMember(
                id=found.owner,
                first_name=profile.first_name,
                contact=profile.contact,
                language=profile.language,
            )
        await kiosk.db.run(remember_person, person, now=kiosk.now())
    except (BackendError, TimeoutError):
        log.info("name not known here, and the backend cannot be asked")
    except StorageTrouble:
        log.warning("cannot remember anybody: the disk cannot be written")
    else:
        if found.person is None:
            kiosk.tell_news()
