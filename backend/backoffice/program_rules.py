"""Editing a program: each part and each rule on a page of its own, beside a ticket to try it on."""

import json
from typing import Annotated, Any

from fastapi import Path
from fastapi.responses import Response

from backend.backoffice.office import show
from backend.backoffice.programs import ProgramId, WriterPage, title_of
from backend.backoffice.rules import reading
from backend.backoffice.rules.drafts import Writing, writing
from backend.backoffice.rules.known import Known, known
from backend.backoffice.rules.parts import PARTS, SERIES, Part, Series
from backend.backoffice.rules.showing import node, nodes
from backend.backoffice.rules.telling import where
from backend.errors import Refused
from backend.services.programs.programs import put_draft
from backend.services.programs.trial import trial as try_ticket
from backend.web.forms import Form
from backend.web.page import Page, StaffForm
from backend.web.routes import page_routes
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.programs import TrialBody, TrialFound
from backend_client.schemas.sales import LineBody

_PartName = Annotated[str, Path(pattern=r"^[a-z_]{1,20}$")]
_Place = Annotated[str, Path(pattern=r"^(new|\d{1,4})$")]

routes = page_routes("/office/programs/{program}")


@routes.get("/rules/{part}")
def edit(page: WriterPage, program: ProgramId, part: _PartName) -> Response:
    """A part of the program, as a form."""
    return _show_part(page, _read(page, program), _part(part))


@routes.post("/rules/{part}")
def save(page: WriterPage, form: StaffForm, program: ProgramId, part: _PartName) -> Response:
    """The part goes into the draft; what must be put right is said at its field."""
    here, found = _part(part), _read(page, program)
    document = _with_part(found.document, here, form, found.known)
    if form.text("add") or form.text("drop"):
        return _show_part(page, _changed(page, found, document), here)
    kept = _keep(page, program, document)
    if any(field.split(".")[0] in here.fields for field in kept.wrong):
        return _show_part(page, kept, here, status=422)
    return page.go(f"/office/programs/{program}", page.words.t("Kept in the draft."))


@routes.get("/rules/{series}/{place}")
def edit_rule(page: WriterPage, program: ProgramId, series: _PartName, place: _Place) -> Response:
    """One rule, as a form."""
    found, here = _read(page, program), _series(series)
    if place != "new" and int(place) >= len(_rules(found.document, series)):
        raise Refused(ProblemName.NOT_FOUND, "no such rule")
    return _show_rule(page, found, here, place)


@routes.post("/rules/{series}/{place}")
def save_rule(
    page: WriterPage, form: StaffForm, program: ProgramId, series: _PartName, place: _Place
) -> Response:
    """The rule goes into the draft."""
    found, here = _read(page, program), _series(series)
    document, number = _with_rule(found.document, here, place, form, found.known)
    if form.text("add") or form.text("drop"):
        return _show_rule(page, _changed(page, found, document), here, place, number)
    kept = _keep(page, program, document)
    path = f"{series}.{number}"
    if any(field == path or field.startswith(f"{path}.") for field in kept.wrong):
        return _show_rule(page, kept, here, str(number), status=422)
    return page.go(f"/office/programs/{program}", page.words.t("Kept in the draft."))


@routes.post("/rules/{series}/{place}/delete")
def delete_rule(
    page: WriterPage, form: StaffForm, program: ProgramId, series: _PartName, place: _Place
) -> Response:
    """The rule is taken out of the draft."""
    del form
    found, here = _read(page, program), _series(series)
    rules = [
        rule
        for number, rule in enumerate(_rules(found.document, here.name))
        if str(number) != place
    ]
    _keep(page, program, {**found.document, here.name: rules})
    return page.go(f"/office/programs/{program}", page.words.t("Taken out of the draft."))


@routes.get("/expert")
def expert(page: WriterPage, program: ProgramId) -> Response:
    """The document itself, for who knows its format."""
    found = _read(page, program)
    text = json.dumps(found.document, ensure_ascii=False, indent=2)
    return show(page, "programs/expert.html", program=found, form=None, text=text)


@routes.post("/expert")
def save_expert(page: WriterPage, form: StaffForm, program: ProgramId) -> Response:
    """The document as it was written."""
    text = form.text("document")
    with form.attempt():
        try:
            document = json.loads(text)
        except ValueError:
            raise form.mistake("document", "This is not JSON") from None
        if not isinstance(document, dict):
            raise form.mistake("document", "This is not JSON")
        _keep(page, program, document)
        return page.go(f"/office/programs/{program}", page.words.t("Kept in the draft."))
    found = _read(page, program)
    return show(page, "programs/expert.html", status=422, program=found, form=form, text=text)


@routes.post("/trial")
def trial(page: WriterPage, form: StaffForm, program: ProgramId) -> Response:
    """What a ticket would earn, with what stands in the form beside it, kept or not."""
    found = _read(page, program)
    document = _typed(found, form)
    told: TrialFound | None = None
    with form.attempt():
        body = _ticket(form, found.known, document)
        with page.database.read(page.caller.tenant) as tx:
            told = try_ticket(tx, program, body, page.words.language)
    return _show_trial(page, found, form, told)


def _ticket(form: Form, known: Known, document: dict[str, Any]) -> TrialBody:
    article, pieces = form.text("try.article"), form.whole("try.pieces") or 1
    amount = form.money("try.amount", known.digits)
    lines: tuple[LineBody, ...] = ()
    if article:
        price = None if amount is None else amount // pieces
        lines = (LineBody(article=article, quantity=pieces, unit_price=price),)
    balance = known.minor(form.text("try.balance") or "0") if known.in_money else None
    return TrialBody(
        document=document,
        lines=lines,
        total=None if lines and amount is None else amount or 0,
        at=form.moment("try.at", known.zone),
        balance=balance if isinstance(balance, int) else form.whole("try.balance") or 0,
        first_purchase=form.flag("try.first"),
        tier=form.text("try.tier"),
        price_code=form.text("try.price_code"),
    )


def _typed(found: Writing, form: Form) -> dict[str, Any]:
    """The document with what is being typed."""
    here = form.text("part")
    if here in PARTS:
        return _with_part(found.document, PARTS[here], form, found.known)
    series, _, place = here.partition("/")
    if series in SERIES and place:
        return _with_rule(found.document, SERIES[series], place, form, found.known)[0]
    return found.document


def _show_trial(page: Page, found: Writing, form: Form, told: TrialFound | None) -> Response:
    if page.is_part:
        return page.show("office/programs/_tried.html", program=found, form=form, told=told)
    return show(page, "programs/trial.html", program=found, form=form, told=told)


# --- the document ---------------------------------------------------------------------------------


def _with_part(document: dict[str, Any], here: Part, form: Form, known: Known) -> dict[str, Any]:
    kept = {name: value for name, value in document.items() if name not in here.fields}
    return kept | reading.part(here.shapes, "", form, known)


def _with_rule(
    document: dict[str, Any], here: Series, place: str, form: Form, known: Known
) -> tuple[dict[str, Any], int]:
    """The document with the rule that was sent, and its place among its kind."""
    rules = list(_rules(document, here.name))
    number = len(rules) if place == "new" else min(int(place), len(rules))
    path = f"{here.name}.{place}"
    known = known.about({"on": {"count": form.text(f"{path}.on.count") or "ttc"}})
    rule = reading.part(here.inside, path, form, known)
    if any(shape.name == "id" for shape in here.inside):
        taken = [each.get("id", "") for each in rules[:number] + rules[number + 1 :]]
        if here.name in ("earning", "campaigns"):
            taken += [
                each.get("id", "")
                for name in ("earning", "campaigns")
                if name != here.name
                for each in _rules(document, name)
            ]
        rule = reading.named(rule, taken, "welcome" if rule.get("when") == "enrolment" else "rule")
    if rule.get("gives") == {"other": "nothing"} and not rule.get("article"):
        # Nothing is handed out for what only adds up (CLI-23): no article need be thought of.
        rule["article"] = rule["id"]
    rules[number : number + 1] = [rule]
    return {**document, here.name: rules}, number


def _rules(document: dict[str, Any], name: str) -> list[Any]:
    written = document.get(name)
    return written if isinstance(written, list) else []


def _read(page: Page, program: str) -> Writing:
    with page.database.read(page.caller.tenant) as tx:
        return writing(page, tx, program)


def _keep(page: Page, program: str, document: dict[str, Any]) -> Writing:
    page.database.run(page.caller.tenant, put_draft, program, document, actor=page.caller.actor)
    return _read(page, program)


def _changed(page: Page, found: Writing, document: dict[str, Any]) -> Writing:
    """The same program with another document, which is not kept yet."""
    with page.database.read(page.caller.tenant) as tx:
        told = known(tx, document, page.words, page.zone)
    return Writing(id=found.id, document=document, is_draft=found.is_draft, wrong={}, known=told)


def _part(name: str) -> Part:
    if name not in PARTS:
        raise Refused(ProblemName.NOT_FOUND, "no such part")
    return PARTS[name]


def _series(name: str) -> Series:
    if name not in SERIES:
        raise Refused(ProblemName.NOT_FOUND, "no such part")
    return SERIES[name]


# --- the form -------------------------------------------------------------------------------------


def _show_part(page: Page, found: Writing, here: Part, *, status: int = 200) -> Response:
    return show(
        page,
        "programs/part.html",
        status=status,
        program=found,
        title=here.title,
        told=here.told,
        part=here.name,
        nodes=tuple(
            node(shape, found.document.get(shape.name), shape.name, found.known)
            for shape in here.shapes
        ),
        action=f"/office/programs/{found.id}/rules/{here.name}",
        deletes="",
        wrong=[
            (field, where(field, found.known), why)
            for field, why in found.wrong.items()
            if field.split(".")[0] in here.fields
        ],
    )


def _show_rule(
    page: Page,
    found: Writing,
    here: Series,
    place: str,
    number: int | None = None,
    *,
    status: int = 200,
) -> Response:
    rules = _rules(found.document, here.name)
    at = number if number is not None else (len(rules) if place == "new" else int(place))
    rule = rules[at] if at < len(rules) else {}
    path = f"{here.name}.{place}"
    # A rule that has no place yet is told what is wrong under the one it will have.
    known = found.known.about(rule)
    base = f"/office/programs/{found.id}/rules/{here.name}/{place}"
    return show(
        page,
        "programs/part.html",
        status=status,
        program=found,
        title=title_of(here.name, rule, found) if place != "new" else here.one,
        told=here.told,
        part=f"{here.name}/{place}",
        nodes=nodes(here.inside, rule, path, known),
        action=base,
        deletes=f"{base}/delete" if place != "new" else "",
        wrong=[
            (field, where(field, found.known), why)
            for field, why in found.wrong.items()
            if field == path or field.startswith(f"{path}.")
        ],
    )
