"""Claiming the welcome points: once per person, whatever the cards, kiosks and retries."""

from kiosk import screens
from kiosk.context import Kiosk
from kiosk.flows.attract import welcome_points
from kiosk.flows.paper import letterhead, print_slip
from kiosk.screens import AfterClaim
from kiosk.services import enrol as service
from kiosk.services.identify import Visit, again
from kiosk.tickets import last_day, welcome_slip


async def claim(kiosk: Kiosk, found: Visit) -> Visit:
    """Offer the claim to a member who never made it; returns the visit as it is afterwards."""
    points = welcome_points(found.program)
    name = found.person.first_name if found.person else ""
    if not await kiosk.ask(screens.ClaimWelcome(first_name=name, points=points)):
        return found
    entry = await kiosk.db.run(service.claim_welcome, found.member, now=kiosk.now())
    kiosk.sync.wake()
    found = await kiosk.db.run(again, found, now=kiosk.now())
    if entry is None:
        return found
    balance = found.account.balance(kiosk.now())
    printed = failed = False
    on_paper: tuple[str, ...] = ()
    while True:
        choice = await kiosk.ask(
            screens.Welcomed(
                first_name=name,
                points=entry.points,
                balance=balance,
                deadline=entry.deadline and last_day(entry.deadline, found.zone),
                slip_possible=kiosk.health.can_print and not printed,
                slip_printed=printed,
                slip_failed=failed,
                ticket=on_paper,
            )
        )
        if choice is not AfterClaim.SLIP:
            return found
        slip = welcome_slip(
            points=entry.points,
            balance=balance,
            deadline=entry.deadline,
            program=found.program,
            head=letterhead(kiosk, found),
            words=kiosk.words(),
            now=kiosk.now(),
        )
        printed = await print_slip(kiosk, slip)
        failed = not printed
        on_paper = slip.lines() if printed else ()
