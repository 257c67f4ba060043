"""Where the back office begins: what happened today, what waits for somebody, the first steps."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi.responses import Response

from backend.api.callers import Configured
from backend.backoffice.machines import troubles
from backend.backoffice.office import OfficePage, show
from backend.backoffice.reading import Standing, standing
from backend.config import Config
from backend.db import Transaction, access, alerts, approvals, catalogue, outbox, shops, staff
from backend.db.daily import Period
from backend.db.shops import Store
from backend.rights import Right
from backend.services.figures import reports
from backend.services.kiosks import fleet
from backend.web.page import AnyPage, Page
from backend.web.routes import page_routes
from backend.web.words import later
from backend_client.schemas.reports import ActivityReport

SEEN_MAX = 20
"""So many things that wait are counted; more are "20 or more"."""

routes = page_routes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something that waits for somebody."""

    words: str
    path: str
    kind: str = "warm"
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that a new shop does first."""

    words: str
    path: str
    done: bool


@routes.get("/")
def root(page: AnyPage) -> Response:
    """Whoever comes without a path is of the shop: customers come by links."""
    return page.go("/office")


@routes.get("/office")
def home(page: OfficePage, config: Configured) -> Response:
    """The first page after signing in."""
    with page.database.read(page.caller.tenant) as tx:
        here, stores = standing(tx, page), shops.stores(tx)
        today = _today(tx, page) if page.may(Right.REPORTS) else None
        tasks = _tasks(tx, page, config)
        steps = _steps(tx, here, stores, config) if page.may(Right.SETTINGS) else []
    return show(
        page,
        "home.html",
        here=here,
        today=today,
        tasks=tasks,
        steps=steps if not all(step.done for step in steps) else [],
    )


def _today(tx: Transaction, page: Page) -> ActivityReport:
    """What moved since midnight on the reader's clock."""
    since = _midnight(tx.now, page.zone)
    store = page.caller.store.id if page.caller.store else ""
    return reports.activity(tx, Period(since=since, until=tx.now + timedelta(days=1), store=store))


def _midnight(now: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone).astimezone(UTC)


def _tasks(tx: Transaction, page: Page, config: Config) -> list[Task]:
    """What waits for the reader."""
    found: list[Task] = []
    if page.may(Right.APPROVE):
        found += _decisions(tx, page)
    if page.may(Right.TERMINALS):
        found += [
            Task(
                words=page.words.t(trouble), path="/office/terminals", about=kiosk.name, kind="bad"
            )
            for kiosk in fleet.terminals(tx)
            for trouble in troubles(kiosk, tx.now)
        ]
    if page.may(Right.SETTINGS):
        found += _mail(tx, page, config)
    return found


def _decisions(tx: Transaction, page: Page) -> list[Task]:
    words, found = page.words, []
    asked = len(approvals.approvals(tx, "waiting", after=None, limit=SEEN_MAX))
    if asked:
        said = words.tn(
            "{count} adjustment waits for a second person",
            "{count} adjustments wait for a second person",
            asked,
        )
        found.append(Task(words=said, path="/office/waiting"))
    raised = len(alerts.alerts(tx, is_open=True, after=None, limit=SEEN_MAX))
    if raised:
        said = words.tn("{count} alert to look at", "{count} alerts to look at", raised)
        found.append(Task(words=said, path="/office/waiting"))
    return found


def _mail(tx: Transaction, page: Page, config: Config) -> list[Task]:
    counts, words, found = outbox.count_mail(tx), page.words, []
    if counts.get("failed"):
        said = words.tn(
            "{count} mail was not sent", "{count} mails were not sent", counts["failed"]
        )
        found.append(Task(words=said, path="/office/messages/outbox?state=failed"))
    if counts.get("waiting") and config.mail is None:
        said = words.t("Mails wait, and no mail server is set up")
        found.append(Task(words=said, path="/office/messages/outbox"))
    return found


def _steps(
    tx: Transaction, here: Standing, stores: tuple[Store, ...], config: Config
) -> list[Step]:
    """What a new shop does, and how far it is."""
    goods = catalogue.products_after(tx, None, 1, family=None, gifts=False)
    machines = bool(access.terminals(tx)) or bool(access.tills(tx))
    return [
        Step(
            words=_PROGRAM,
            path=f"/office/programs/{here.program.id}",
            done=here.program.version > 1,
        ),
        Step(words=_GIFTS, path="/office/gifts", done=bool(here.program.rewards)),
        Step(
            words=_ADDRESS,
            path=next((f"/office/stores/{each.id}" for each in stores if not each.address), ""),
            done=all(store.address for store in stores),
        ),
        Step(words=_GOODS, path="/office/products", done=bool(goods)),
        Step(words=_MACHINES, path="/office/terminals", done=machines),
        Step(words=_TEAM, path="/office/staff", done=len(staff.everybody(tx)) > 1),
        Step(words=_MAIL, path="/office/messages", done=config.mail is not None),
    ]


_PROGRAM = later("Look at the rules of your program, change what does not fit, and publish")
_GIFTS = later("Choose the gifts that points buy")
_ADDRESS = later("Write the address of your shop, for receipts")
_GOODS = later("Add your articles, one by one or from a file")
_MACHINES = later("Add a kiosk or a till")
_TEAM = later("Invite your team")
_MAIL = later("Set up the mail server, and try a mail")
