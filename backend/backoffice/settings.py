"""Settings of the company: its name, and news for other systems."""

from typing import Annotated
from uuid import uuid4

from fastapi import Path
from fastapi.responses import Response

from backend.api import webhooks as api
from backend.api.callers import Configured
from backend.backoffice.office import show
from backend.backoffice.reading import paging
from backend.backoffice.stores import SettlerPage
from backend.config import Config
from backend.db import shops
from backend.services.figures import accounting
from backend.services.mailing import webhooks
from backend.services.shop.companies import rename
from backend.web.forms import Form
from backend.web.page import Page, StaffForm
from backend.web.routes import page_routes
from backend.web.words import later
from backend_client.schemas.base import Id
from backend_client.schemas.reports import AccountCodes
from backend_client.schemas.stores import CompanyBody
from backend_client.schemas.webhooks import WebhookBody, WebhookShown

PATH = "/office/settings"
_Hook = Annotated[Id, Path()]
KINDS = (
    ("points.*", later("Points move")),
    ("voucher.*", later("Vouchers are printed, used or void")),
    ("member.*", later("Somebody joins")),
    ("card.*", later("A card changes")),
    ("alert.*", later("Staff is told something")),
)
"""The kinds of news, each with all that is of its kind."""
ACCOUNTS = (
    ("liability", later("What members may still ask for")),
    ("granted", later("The cost of points given")),
    ("redeemed", later("Gifts handed out for points")),
    ("breakage", later("Income from points that ran out")),
    ("opening", later("Points of an earlier system")),
    ("transfer", later("Points between accounts")),
)
"""The ledger accounts that the accountant's file books to."""

routes = page_routes(PATH)


@routes.get("")
def settings(page: SettlerPage) -> Response:
    """What holds for the whole company."""
    return _show(page, None)


@routes.post("")
def save(page: SettlerPage, form: StaffForm) -> Response:
    """The company's name from now on."""
    with form.attempt():
        body = CompanyBody(name=form.text("name"))
        page.database.run(page.caller.tenant, rename, body, actor=page.caller.actor)
        return page.go(PATH, page.words.t("{name} is kept.", name=body.name))
    return _show(page, form)


@routes.post("/accounting")
def save_accounts(page: SettlerPage, form: StaffForm) -> Response:
    """Where loyalty stands in the merchant's chart of accounts from now on (LSX-15)."""
    with form.attempt():
        body = form.into(AccountCodes)
        page.database.run(page.caller.tenant, accounting.save_codes, body, actor=page.caller.actor)
        return page.go(PATH, page.words.t("The accounts are kept."))
    return _show(page, form)


def _show(page: Page, form: Form | None) -> Response:
    with page.database.read(page.caller.tenant) as tx:
        name = shops.company_name(tx)
        codes = accounting.codes(tx)
    return show(
        page,
        "shop/settings.html",
        status=422 if form else 200,
        form=form,
        name=name,
        accounts=[(field, said, getattr(codes, field)) for field, said in ACCOUNTS],
        hooks=[
            hook
            for hook in api.subscriptions(page.database, page.caller).webhooks
            if hook.state != "deleted"
        ],
    )


@routes.get("/webhooks/new")
def new(page: SettlerPage) -> Response:
    """A system that wants news."""
    return _show_hook(page, None, None)


@routes.post("/webhooks/new")
def add(page: SettlerPage, form: StaffForm, config: Configured) -> Response:
    """Subscribed under the id that was made when the form was shown."""
    return _save(page, form, config, form.text("id") or str(uuid4()), None)


@routes.get("/webhooks/{hook}")
def edit(page: SettlerPage, hook: _Hook) -> Response:
    """One subscription with its last deliveries."""
    return _show_hook(page, None, _read(page, hook))


@routes.post("/webhooks/{hook}")
def save_hook(page: SettlerPage, form: StaffForm, config: Configured, hook: _Hook) -> Response:
    """The subscription as it is from now on; one that was disabled wakes."""
    return _save(page, form, config, hook, _read(page, hook))


@routes.post("/webhooks/{hook}/secret")
def show_secret(page: SettlerPage, form: StaffForm, hook: _Hook) -> Response:
    """What its receiver checks signatures with; a new one when asked for."""
    ask = api.new_secret if form.flag("new") else api.secret
    told = ask(page.database, page.caller, hook)
    return _show_hook(page, None, _read(page, hook), secret=told.secret)


@routes.post("/webhooks/{hook}/test")
def try_out(page: SettlerPage, form: StaffForm, hook: _Hook) -> Response:
    """News that only says that news arrive."""
    del form
    api.try_out(page.database, page.caller, hook)
    return page.go(f"{PATH}/webhooks/{hook}", page.words.t("A trial is on its way."))


@routes.post("/webhooks/{hook}/deliveries/{delivery}/again")
def again(
    page: SettlerPage, form: StaffForm, hook: _Hook, delivery: Annotated[Id, Path()]
) -> Response:
    """A delivery is made once more."""
    del form
    api.again(page.database, page.caller, hook, delivery)
    return page.go(f"{PATH}/webhooks/{hook}", page.words.t("It is sent once more."))


@routes.post("/webhooks/{hook}/delete")
def end(page: SettlerPage, form: StaffForm, hook: _Hook) -> Response:
    """No more news to it."""
    del form
    api.unsubscribe(page.database, page.caller, hook)
    return page.go(PATH, page.words.t("It gets no more news."))


def _save(
    page: Page, form: Form, config: Config, wanted: str, known: WebhookShown | None
) -> Response:
    with form.attempt():
        body = WebhookBody(
            url=form.text("url"), events=form.many("events"), paused=form.flag("paused")
        )
        api.subscribe(page.database, page.caller, config, wanted, body)
        return page.go(f"{PATH}/webhooks/{wanted}", page.words.t("The subscription is kept."))
    return _show_hook(page, form, known)


def _read(page: Page, wanted: str) -> WebhookShown:
    with page.database.read(page.caller.tenant) as tx:
        return webhooks.shown(webhooks.existing(tx, wanted))


def _show_hook(
    page: Page, form: Form | None, hook: WebhookShown | None, *, secret: str = ""
) -> Response:
    deliveries = api.deliveries(page.database, page.caller, hook.id, paging(page)) if hook else None
    known = [name for name, _ in KINDS]
    others = [(each, each) for each in (hook.events if hook else ()) if each not in known]
    chosen = form.many("events") if form else (hook.events if hook else ("points.*",))
    t = page.words.t
    return show(
        page,
        "shop/webhook.html",
        status=422 if form else 200,
        form=form,
        hook=hook,
        secret=secret,
        deliveries=deliveries,
        kinds=[(name, t(said)) for name, said in KINDS] + others,
        chosen=chosen,
        new_id=form.text("id") if form and form.text("id") else str(uuid4()),
    )
