"""Discounts, one by one: on which ticket, for whom, by whom, and what they came to (GLO-13)."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import Response

from backend.api import reports as api
from backend.backoffice.member import names_of
from backend.backoffice.reading import paging
from backend.backoffice.reports import PATH, reward_names, told, wanted_of
from backend.db import Transaction, catalogue
from backend.rights import Right
from backend.services.figures.discounts import names
from backend.web.page import Page, page_with
from backend.web.routes import page_routes
from backend.web.words import later
from backend_client.schemas.reports import DiscountKind, DiscountLine

KINDS = {
    DiscountKind.ARTICLE: later("Off articles"),
    DiscountKind.TICKET: later("Off whole tickets"),
    DiscountKind.LOYALTY: later("By loyalty"),
}

_ReaderPage = Annotated[Page, Depends(page_with(Right.REPORTS))]

routes = page_routes(PATH)


@routes.get("/discounts")
def discounts(page: _ReaderPage) -> Response:
    """Every discount on a member's ticket, and their sums."""
    wanted = wanted_of(page)

    def count() -> dict[str, Any]:
        report = api.discounts(page.database, page.caller, wanted.period, paging(page))
        rewards = reward_names(page)
        with page.database.read(page.caller.tenant) as tx:
            named = _names(tx, report.lines)
        what = {line: _what(page, line, named["goods"], rewards) for line in report.lines}
        return {"report": report, "kinds": KINDS, "what": what, **named}

    return told(page, "/discounts", wanted, count)


def _names(tx: Transaction, lines: Sequence[DiscountLine]) -> dict[str, Any]:
    """What the ids of those discounts are called."""
    goods = catalogue.products(tx, {line.article for line in lines if line.article})
    return {
        "goods": {code: found.name for code, found in goods.items()},
        "people": names_of(tx, [line.member for line in lines]),
        "called": names(tx),
    }


def _what(page: Page, line: DiscountLine, goods: dict[str, str], rewards: dict[str, str]) -> str:
    """What a discount was given on, in the reader's words."""
    match line.kind:
        case DiscountKind.TICKET:
            return page.words.t("The whole ticket")
        case DiscountKind.LOYALTY:
            return rewards.get(f"reward:{line.reward}", line.article or str(line.reward))
        case _:
            return goods.get(line.article, line.article) or page.words.t("Free line")
