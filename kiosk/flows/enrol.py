"""Joining with a card in hand: first name, e-mail, consent. Back loses nothing."""

from kiosk import screens
from kiosk.context import Kiosk
from kiosk.flows.attract import welcome_points
from kiosk.screens import Consents, Mistake
from kiosk.services import enrol as service
from kiosk.services.enrol import Application
from kiosk.services.identify import BlockedCard, UnknownCard, Visit, identify, program_in_force
from loyalty import members
from loyalty.errors import EmailRefused, NameRefused
from loyalty.ids import MemberId


async def enrol(kiosk: Kiosk, card: str) -> Visit | BlockedCard | None:
    """The story of an unknown card: the new member's visit, or None for "not now"."""
    program = await kiosk.db.run(program_in_force)
    if not await kiosk.ask(screens.Join(welcome_points=welcome_points(program))):
        return None
    with kiosk.undisturbed():
        application = await _application(kiosk)
    if application is None:
        return None
    member = MemberId(kiosk.new_id())
    await kiosk.db.run(
        service.enrol, card, application, member=member, salt=kiosk.new_salt(), now=kiosk.now()
    )
    kiosk.sync.wake()
    found = await kiosk.db.run(identify, card, now=kiosk.now())
    assert not isinstance(found, UnknownCard)
    return found


async def _application(kiosk: Kiosk) -> Application | None:
    """What the person typed and ticked; None when they went back to the beginning."""
    name, address = await _first_name(kiosk, ""), ""
    while name is not None:
        typed = await _email(kiosk, address)
        if typed is None:
            name = await _first_name(kiosk, name)
            continue
        address = typed
        consents = await _consents(kiosk)
        if consents is not None:
            return Application(
                first_name=name,
                email=address,
                news=consents.news,
                language=kiosk.display.language,
            )
    return None


async def _first_name(kiosk: Kiosk, draft: str) -> str | None:
    mistake: Mistake | None = None
    while True:
        typed = await kiosk.ask(screens.TypeFirstName(draft=draft, mistake=mistake))
        if typed is None:
            return None
        try:
            return members.first_name(typed)
        except NameRefused as refused:
            draft, mistake = typed, Mistake(refused.flaw.value)


async def _email(kiosk: Kiosk, draft: str) -> str | None:
    mistake: Mistake | None = None
    while True:
        typed = await kiosk.ask(screens.TypeEmail(draft=draft, mistake=mistake))
        if typed is None:
            return None
        try:
            return members.email(typed)
        except EmailRefused as refused:
            draft, mistake = typed, Mistake(refused.flaw.value)


async def _consents(kiosk: Kiosk) -> Consents | None:
    """What was ticked; the account needs the first box. None goes back to the address."""
    draft, missing = Consents(), False
    while True:
        ticked = await kiosk.ask(screens.AskConsent(draft=draft, missing=missing))
        if ticked is None or ticked.program:
            return ticked
        draft, missing = ticked, True
