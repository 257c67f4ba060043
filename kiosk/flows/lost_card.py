"""A lost card: a code by mail says who somebody is, and the next card they tap is theirs (F6)."""

from functools import partial

from backend_client.schemas.changes import CardStatus
from backend_client.schemas.kiosks import CardTapped, CodeAsked, CodePassed, CodeRequest
from devices.readers import CardTap
from kiosk import phones, screens
from kiosk.context import Kiosk
from kiosk.db import Transaction
from kiosk.flows.asking import asked
from kiosk.flows.home import home
from kiosk.flows.typed import typed_code, until_good
from kiosk.screens import Mistake, Phone, Tell
from kiosk.services.identify import Visit, identify
from loyalty import members

STEPS = 3
"""Who you are, the code, the new card."""


async def lost_card(kiosk: Kiosk) -> None:
    """From the address to the new card, and home with it."""
    with kiosk.undisturbed():
        found = await _with_new_card(kiosk)
    if isinstance(found, Tell):
        await kiosk.ask(screens.Told(what=found))
    elif found is not None:
        await home(kiosk, found, kiosk.learnt)


async def _with_new_card(kiosk: Kiosk) -> Visit | Tell | None:
    """The account under its new card; what to tell instead; None when the person went back."""
    if not kiosk.health.online:
        return Tell.LOST_OFFLINE
    request = await _who(kiosk)
    if request is None:
        return None
    sent = await asked(lambda: kiosk.client.ask_code(request))
    if not isinstance(sent, CodeAsked):
        return Tell.LOST_OFFLINE if sent is Tell.OFFLINE else sent
    passed = await typed_code(
        kiosk, sent.minutes, partial(kiosk.client.check_code, sent.id), offline=Tell.LOST_OFFLINE
    )
    if not isinstance(passed, CodePassed):
        return passed
    return await _new_card(kiosk, sent, passed)


async def _who(kiosk: Kiosk) -> CodeRequest | None:
    """The address or the number the account has; typed again until it can be one."""
    by_email = await kiosk.ask(screens.LostCard())
    if by_email is None:
        return None
    return await (_by_email(kiosk) if by_email else _by_phone(kiosk))


async def _by_email(kiosk: Kiosk) -> CodeRequest | None:
    draft = ""

    def asked_for(mistake: Mistake | None) -> screens.TypeEmail:
        return screens.TypeEmail(draft=draft, mistake=mistake, step=1, steps=STEPS)

    def keep(typed: str) -> None:
        nonlocal draft
        draft = typed
        draft = members.email(typed)

    if not await until_good(kiosk, asked_for, keep):
        return None
    return CodeRequest(id=kiosk.new_id(), email=draft)


async def _by_phone(kiosk: Kiosk) -> CodeRequest | None:
    draft, near = Phone(country=kiosk.country), phones.near(kiosk.country)

    def asked_for(mistake: Mistake | None) -> screens.TypePhone:
        return screens.TypePhone(draft=draft, countries=near, mistake=mistake, step=1, steps=STEPS)

    def keep(typed: Phone) -> None:
        nonlocal draft
        draft = typed
        phones.e164(typed.typed, typed.country)

    if not await until_good(kiosk, asked_for, keep):
        return None
    return CodeRequest(id=kiosk.new_id(), phone=phones.e164(draft.typed, draft.country))


async def _new_card(kiosk: Kiosk, sent: CodeAsked, passed: CodePassed) -> Visit | Tell | None:
    """The account under the card that was tapped; the cards it had open nothing any more."""
    taken = False
    while True:
        tap = await kiosk.ask_or_card(screens.TapNewCard(taken=taken))
        if not isinstance(tap, CardTap):
            return None
        key = kiosk.card_key(tap)
        if await kiosk.db.run(Transaction.card, key) is not None:
            taken = True
            continue
        reading = kiosk.reading(tap)
        tapped = CardTapped(card=key, proof=reading.proof if reading else None)
        given = await asked(partial(kiosk.client.give_card, sent.id, tapped))
        if isinstance(given, Tell):
            return Tell.LOST_OFFLINE if given is Tell.OFFLINE else given
        for lost in (card for card in passed.cards if not card.on_phone):
            await kiosk.db.run(Transaction.save_card, lost.card, lost.member, CardStatus.BLOCKED)
        await kiosk.db.run(Transaction.save_card, key, given.member, CardStatus.ACTIVE)
        kiosk.session.card = key
        found = await kiosk.db.run(identify, key, now=kiosk.now())
        return found if isinstance(found, Visit) else Tell.NOT_NOW
