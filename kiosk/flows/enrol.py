"""Joining with a card in hand: how to reach you, first name, consent. Back loses nothing."""

from dataclasses import dataclass, field
from datetime import date

from kiosk import phones, screens
from kiosk.context import Kiosk
from kiosk.flows.attract import welcome_points
from kiosk.flows.handoff import NoLink, hand_off
from kiosk.flows.typed import until_good
from kiosk.screens import Consents, Mistake, Phone, Way
from kiosk.services import enrol as service
from kiosk.services.enrol import Application
from kiosk.services.identify import BlockedCard, UnknownCard, Visit, identify, program_in_force
from loyalty import members
from loyalty.ids import MemberId
from loyalty.program import Program

STEPS = 3
"""How to reach you, first name, consents; a birthday is one more, where it earns something."""


@dataclass(slots=True)
class Draft:
    """What a person has typed so far; gone with the flow."""

    phone: Phone
    email: str = ""
    first_name: str = ""
    birthday: str = ""
    consents: Consents = field(default_factory=Consents)


async def enrol(kiosk: Kiosk, card: str) -> Visit | BlockedCard | None:
    """The story of an unknown card: the new member's visit, or None for "not now"."""
    program = await kiosk.db.run(program_in_force)
    draft, no_link = Draft(phone=Phone(country=kiosk.country)), False
    while True:
        way = await kiosk.ask(
            screens.Join(
                welcome_points=welcome_points(program),
                ways=_ways(kiosk, no_link=no_link),
                no_link=no_link,
            )
        )
        if way is None:
            return None
        if way is Way.HANDOFF:
            try:
                found = await hand_off(kiosk, card)
            except NoLink:
                found, no_link = None, True
            if found is not None:
                return found
            continue
        with kiosk.undisturbed():
            application = await _application(kiosk, way, draft, birthday=_counts_birthdays(program))
        if application is not None:
            return await _written_down(kiosk, card, application)


def _ways(kiosk: Kiosk, *, no_link: bool) -> tuple[Way, ...]:
    """A phone needs the network to finish; all else works without."""
    reachable = kiosk.health.online and not no_link
    return tuple(way for way in Way if way is not Way.HANDOFF or reachable)


def _counts_birthdays(program: Program | None) -> bool:
    """Whether a birthday earns something: it is not asked for what nobody needs."""
    return program is not None and any(campaign.birthday for campaign in program.campaigns)


async def _written_down(kiosk: Kiosk, card: str, application: Application) -> Visit | BlockedCard:
    member = MemberId(kiosk.new_id())
    await kiosk.db.run(
        service.enrol,
        card,
        application,
        member=member,
        salt=kiosk.new_salt(),
        now=kiosk.now(),
        reading=kiosk.session.reading if kiosk.session.chip else None,
    )
    kiosk.sync.wake()
    found = await kiosk.db.run(identify, card, now=kiosk.now())
    assert not isinstance(found, UnknownCard)
    return found


async def _application(
    kiosk: Kiosk, way: Way, draft: Draft, *, birthday: bool
) -> Application | None:
    """What the person typed and ticked; None when they went back to the beginning."""
    questions = [_phone if way is Way.PHONE else _email, _first_name]
    if birthday:
        questions.append(_birthday)
    steps = STEPS + birthday
    number = 0
    while 0 <= number < len(questions):
        number += 1 if await questions[number](kiosk, draft, number + 1, steps) else -1
        if number == len(questions) and not await _consents(kiosk, way, draft, steps):
            number -= 1
    if number < 0:
        return None
    return Application(
        first_name=draft.first_name,
        email=draft.email if way is Way.EMAIL else None,
        phone=phones.e164(draft.phone.typed, draft.phone.country) if way is Way.PHONE else None,
        birthday=draft.birthday and service.birthday(draft.birthday, _today(kiosk)),
        news=draft.consents.news,
        language=kiosk.display.language,
    )


def _today(kiosk: Kiosk) -> date:
    return kiosk.now().date()


# Each asks until the answer can be kept; True goes on, False goes back. What was typed stays.


async def _email(kiosk: Kiosk, draft: Draft, step: int, steps: int) -> bool:
    def asked(mistake: Mistake | None) -> screens.TypeEmail:
        return screens.TypeEmail(draft=draft.email, mistake=mistake, step=step, steps=steps)

    def keep(typed: str) -> None:
        draft.email = typed
        draft.email = members.email(typed)

    return await until_good(kiosk, asked, keep)


async def _phone(kiosk: Kiosk, draft: Draft, step: int, steps: int) -> bool:
    near = phones.near(kiosk.country)

    def asked(mistake: Mistake | None) -> screens.TypePhone:
        return screens.TypePhone(
            draft=draft.phone, countries=near, mistake=mistake, step=step, steps=steps
        )

    def keep(typed: Phone) -> None:
        draft.phone = typed
        phones.e164(typed.typed, typed.country)

    return await until_good(kiosk, asked, keep)


async def _first_name(kiosk: Kiosk, draft: Draft, step: int, steps: int) -> bool:
    def asked(mistake: Mistake | None) -> screens.TypeFirstName:
        return screens.TypeFirstName(
            draft=draft.first_name, mistake=mistake, step=step, steps=steps
        )

    def keep(typed: str) -> None:
        draft.first_name = typed
        draft.first_name = members.first_name(typed)

    return await until_good(kiosk, asked, keep)


async def _birthday(kiosk: Kiosk, draft: Draft, step: int, steps: int) -> bool:
    def asked(mistake: Mistake | None) -> screens.TypeBirthday:
        return screens.TypeBirthday(draft=draft.birthday, mistake=mistake, step=step, steps=steps)

    def keep(typed: str) -> None:
        draft.birthday = typed
        if typed:
            service.birthday(typed, _today(kiosk))

    return await until_good(kiosk, asked, keep)


async def _consents(kiosk: Kiosk, way: Way, draft: Draft, steps: int) -> bool:
    """Whether the account may be opened: it needs the first box."""
    missing = False
    while True:
        ticked = await kiosk.ask(
            screens.AskConsent(
                draft=draft.consents, way=way, missing=missing, step=steps, steps=steps
            )
        )
        if ticked is None:
            return False
        draft.consents, missing = ticked, True
        if ticked.program:
            return True
