"""Reports: what the program gives, costs and brings in, with charts, and the same as files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends
from fastapi.responses import Response

from backend.api import reports as api
from backend.backoffice.office import show
from backend.backoffice.reading import Standing, known_programs, standing
from backend.db import shops
from backend.db.daily import Period
from backend.db.shops import Store
from backend.rights import Right
from backend.services.points.worth import BASIS_POINTS
from backend.web.charts import Chart, Series, Shares
from backend.web.page import Page, page_with
from backend.web.routes import page_routes
from backend.web.words import later
from backend_client.schemas.reports import ActivityProgram, ActivityReport, GiftLine, GiftsReport
from loyalty.program import in_language

PATH = "/office/reports"
TREND_DAYS = 365
ROWS_MAX = 12
TABS = (
    ("", later("Overview")),
    ("/trend", later("Month by month")),
    ("/retention", later("Who comes back")),
    ("/gifts", later("Gifts and their cost")),
    ("/discounts", later("Discounts")),
    ("/campaigns", later("Campaigns")),
    ("/uplift", later("What gifts bring in")),
    ("/liability", later("Liability")),
    ("/accounting", later("Accounting")),
)
MOVED = {
    "granted": later("Points given"),
    "redeemed": later("Points used"),
    "expired": later("Points lost"),
    "given back": later("Points given back"),
    "clawed back": later("Points taken back"),
    "opening": later("From earlier books"),
    "transferred": later("Moved between accounts"),
    "adjusted": later("Corrected by hand"),
}
"""What a line of the merchant's journal is about, by the API's word for it."""

_ReaderPage = Annotated[Page, Depends(page_with(Right.REPORTS))]

routes = page_routes(PATH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The period that a reader asks about, in days of the shop."""

    first: date
    last: date
    period: Period
    program: str
    store: str

    @property
    def query(self) -> str:
        """The same for the API's files."""
        asked = {
            "since": self.period.since.isoformat(),
            "until": self.period.until.isoformat(),
            "program": self.program,
            "store": self.store,
        }
        return urlencode({name: value for name, value in asked.items() if value})


def wanted_of(page: Page, *, days: int | None = None) -> Wanted:
    """What is asked for; this month until now, or so many days, when nothing is."""
    asked = page.request.query_params
    today = datetime.now(UTC).astimezone(page.zone).date()
    usual = today.replace(day=1) if days is None else today - timedelta(days=days)
    first, last = _day(asked.get("from"), usual), _day(asked.get("to"), today)
    if last < first:
        first, last = last, first
    since, until = (
        datetime.combine(day, time(), tzinfo=page.zone).astimezone(UTC)
        for day in (first, last + timedelta(days=1))
    )
    program, store = asked.get("program", ""), asked.get("store", "")
    period = Period(since=since, until=until, program=program, store=store)
    return Wanted(first=first, last=last, period=period, program=program, store=store)


def _day(text: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return otherwise


def told(page: Page, tab: str, wanted: Wanted, count: Callable[[], dict[str, Any]]) -> Response:
    """A report in its frame. What is counted over many sales comes as soon as it is counted."""
    with page.database.read(page.caller.tenant) as tx:
        stores = shops.stores(tx)
        here = standing(tx, page, wanted.program)
        programs = known_programs(tx, page, (store.program for store in stores))
    name = (tab or "/overview").removeprefix("/")
    common: dict[str, Any] = {
        "tab": tab,
        "wanted": wanted,
        "here": here,
        "store_names": {store.id: store.name for store in stores},
        "percent": lambda bp: percent(page, bp),
    }
    if page.is_part:
        return page.show(f"office/reports/_{name}.html", **common, **count())
    now = page.request.query_params.get("now") == "1"
    counted: dict[str, Any] = count() if now else {}
    return show(
        page,
        "reports/report.html",
        **common,
        **counted,
        now=now,
        part=f"office/reports/_{name}.html",
        tabs=TABS,
        stores=stores,
        programs=[(each, known.name) for each, known in programs.items()],
    )


def percent(page: Page, bp: int | None) -> str:
    """Basis points as percent, as the reader writes them; a dash where there is none."""
    if bp is None:
        return "–"
    return f"{page.words.number(Decimal(bp) / 100)}\N{NARROW NO-BREAK SPACE}%"


@routes.get("")
def overview(page: _ReaderPage) -> Response:
    """Members, and points earned, spent and expired, by program and store."""
    wanted = wanted_of(page)

    def count() -> dict[str, Any]:
        report = api.activity(page.database, page.caller, wanted.period)
        with page.database.read(page.caller.tenant) as tx:
            stores = shops.stores(tx)
            known = known_programs(tx, page, (each.program for each in report.programs))
        charts = {
            each.program: _by_store(page, each, stores, known[each.program])
            for each in report.programs
        }
        return {"report": report, "known": known, "charts": charts, "totals": _totals(report)}

    return told(page, "", wanted, count)


def _totals(report: ActivityReport) -> int:
    """The sum of every line of every program: what the ledger holds for that time."""
    return sum(line.points for each in report.programs for line in each.lines)


def _by_store(
    page: Page, program: ActivityProgram, stores: Sequence[Store], here: Standing
) -> Chart:
    earned, spent = ("earn", "welcome"), ("redeem",)
    return Chart(
        id=f"by-store-{program.program}",
        title=page.words.t("Points by store"),
        labels=[store.name for store in stores],
        series=[
            Series(
                name=page.words.t("Points earned"),
                values=[_of(program, store.id, earned) for store in stores],
                colour="ink",
            ),
            Series(
                name=page.words.t("Points spent"),
                values=[-_of(program, store.id, spent) for store in stores],
                colour="brand",
            ),
        ],
        tell=here.points,
    )


def _of(program: ActivityProgram, store: str, kinds: tuple[str, ...]) -> int:
    return sum(line.points for line in program.lines if line.store == store and line.kind in kinds)


@routes.get("/trend")
def trend(page: _ReaderPage) -> Response:
    """A year of one program, month by month: euros and points make no sum."""
    wanted = wanted_of(page, days=TREND_DAYS)
    with page.database.read(page.caller.tenant) as tx:
        here = standing(tx, page, wanted.program)
    one = here.program.id
    wanted = replace(wanted, program=one, period=replace(wanted.period, program=one))

    def count() -> dict[str, Any]:
        months = api.trend(page.database, page.caller, wanted.period).months
        begins = [month.since.astimezone(page.zone) for month in months]
        labels = [
            page.words.short_month(at, with_year=at.month == 1 or at == begins[0]) for at in begins
        ]
        words = page.words
        points = Chart(
            id="trend",
            title=words.t("Points, month by month"),
            labels=labels,
            series=[
                Series(name=words.t("Points earned"), values=[each.earned for each in months]),
                Series(
                    name=words.t("Points spent"),
                    values=[each.spent for each in months],
                    colour="brand",
                ),
                Series(
                    name=words.t("Points expired"),
                    values=[each.expired for each in months],
                    colour="gold",
                ),
            ],
            tell=here.points,
        )
        joined = Chart(
            id="joined",
            title=words.t("New members, month by month"),
            labels=labels,
            series=[
                Series(
                    name=words.t("New members"),
                    values=[each.new_members for each in months],
                    colour="teal",
                )
            ],
            tell=words.number,
        )
        return {"points": points, "joined": joined}

    return told(page, "/trend", wanted, count)


@routes.get("/retention")
def retention(page: _ReaderPage) -> Response:
    """Who came back, and whom the shop can reach (LSX-02)."""
    wanted = wanted_of(page)

    def count() -> dict[str, Any]:
        report = api.retention(page.database, page.caller, wanted.period)
        known = [
            (page.words.t("With a mail address"), report.with_email),
            (page.words.t("With a phone number"), report.with_phone),
            (page.words.t("With a birthday"), report.with_birthday),
            (page.words.t("Want news and reminders"), report.agree_to_news),
        ]
        chart = Shares(
            id="known", title=page.words.t("What members told"), rows=known, tell=page.words.number
        )
        return {"report": report, "chart": chart}

    return told(page, "/retention", wanted, count)


@routes.get("/gifts")
def gifts(page: _ReaderPage) -> Response:
    """Every loyalty gift apart from other discounts, with its cost (GLO-14)."""
    wanted = wanted_of(page)

    def count() -> dict[str, Any]:
        report = api.gifts(page.database, page.caller, wanted.period)
        names = reward_names(page)
        counted: dict[str, int] = {}
        for line in report.lines:
            if _stands(line):
                name = names.get(line.reason, line.article or line.reason)
                counted[name] = counted.get(name, 0) + line.gifts
        most = sorted(counted.items(), key=lambda each: -each[1])[:ROWS_MAX]
        chart = Shares(
            id="gifts",
            title=page.words.t("Gifts that were taken"),
            rows=most,
            tell=page.words.number,
        )
        with page.database.read(page.caller.tenant) as tx:
            here = standing(tx, page, wanted.program)
            known = known_programs(tx, page, (line.program for line in report.lines))
        return {
            "report": report,
            "names": names,
            "chart": chart,
            "known": known,
            "sums": _sums(report, known) or [(here, 0, 0, 0)],
        }

    return told(page, "/gifts", wanted, count)


def _sums(
    report: GiftsReport, known: Mapping[str, Standing]
) -> list[tuple[Standing, int, int, int | None]]:
    """Of each program its gifts, their points, and their cost where a point has a value."""
    found: list[tuple[Standing, int, int, int | None]] = []
    for program, its in known.items():
        mine = [line for line in report.lines if line.program == program and _stands(line)]
        costs = [line.cost for line in mine if line.cost is not None]
        cost = sum(costs) if len(costs) == len(mine) else None
        gifts, points = sum(line.gifts for line in mine), sum(line.points for line in mine)
        found.append((its, gifts, points, cost))
    return found


def _stands(line: GiftLine) -> bool:
    """Whether the gift was not taken back."""
    return line.state != "voided"


def reward_names(page: Page) -> dict[str, str]:
    """What rewards are called, by the reason that the report gives."""
    with page.database.read(page.caller.tenant) as tx:
        found = {store.program for store in shops.stores(tx)}
        programs = [shops.program(tx, each) for each in sorted(found)]
    return {
        f"reward:{reward.id}": in_language(reward.name, page.words.language) or reward.id
        for program in programs
        if program is not None
        for reward in program.rewards
    }


@routes.get("/campaigns")
def campaigns(page: _ReaderPage) -> Response:
    """What each campaign gave, cost, and brought in."""
    wanted = wanted_of(page)

    def count() -> dict[str, Any]:
        report = api.campaigns(page.database, page.caller, wanted.period)
        with page.database.read(page.caller.tenant) as tx:
            known = known_programs(tx, page, (each.program for each in report.campaigns))
        return {"report": report, "known": known}

    return told(page, "/campaigns", wanted, count)


@routes.get("/uplift")
def uplift(page: _ReaderPage) -> Response:
    """What members who took a reward bought, beside those who did not (GLO-15)."""
    wanted = wanted_of(page)

    def count() -> dict[str, Any]:
        report = api.uplift(page.database, page.caller, wanted.period)
        activity = api.activity(page.database, page.caller, wanted.period)
        taken = api.gifts(page.database, page.caller, wanted.period).lines
        with page.database.read(page.caller.tenant) as tx:
            known = known_programs(tx, page, (each.program for each in activity.programs))
        costs = {
            name: sum(line.cost or 0 for line in taken if line.program == name and _stands(line))
            for name in known
        }
        return {"report": report, "rates": activity.programs, "known": known, "costs": costs}

    return told(page, "/uplift", wanted, count)


@routes.get("/liability")
def liability(page: _ReaderPage) -> Response:
    """What members could still ask for, less what is expected to run out."""
    wanted = wanted_of(page, days=TREND_DAYS)
    typed = page.request.query_params.get("breakage", "").strip().replace(",", ".")
    share = _basis_points(typed)

    def count() -> dict[str, Any]:
        report = api.liability(page.database, page.caller, wanted.period, share)
        with page.database.read(page.caller.tenant) as tx:
            known = known_programs(tx, page, (each.program for each in report.programs))
        return {"report": report, "known": known}

    return told(page, "/liability", wanted, count)


def _basis_points(typed: str) -> int | None:
    """Percent as basis points; None for nothing, and for what is no percentage."""
    try:
        share = int(Decimal(typed) * 100) if typed else None
    except ArithmeticError:
        return None
    return share if share is not None and 0 <= share <= BASIS_POINTS else None


@routes.get("/accounting")
def accounting(page: _ReaderPage) -> Response:
    """Debits and credits of the period, and what stores owe each other."""
    wanted = wanted_of(page)

    def count() -> dict[str, Any]:
        with page.database.read(page.caller.tenant) as tx:
            here = standing(tx, page, wanted.program)
        journal = api.journal(page.database, page.caller, wanted.period)
        cleared = api.clearing(page.database, page.caller, wanted.period, here.program.id)
        with page.database.read(page.caller.tenant) as tx:
            known = known_programs(tx, page, (line.program for line in journal.lines))
        return {"journal": journal, "cleared": cleared, "moved": MOVED, "known": known}

    return told(page, "/accounting", wanted, count)
