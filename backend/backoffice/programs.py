"""Programs: what runs, what is being written, and starting another one."""

import json
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Depends, Path
from fastapi.responses import Response

from backend.backoffice.office import show
from backend.backoffice.ready import FIRST, ready_programs
from backend.backoffice.rules import sentences, telling
from backend.backoffice.rules.drafts import Writing, writing
from backend.backoffice.rules.known import in_words
from backend.backoffice.rules.parts import PARTS, SERIES, place
from backend.backoffice.rules.reading import slug
from backend.backoffice.rules.telling_campaigns import campaign
from backend.db import Transaction
from backend.db import programs as kept
from backend.rights import Right
from backend.services.programs.presets import preset_document, preset_names
from backend.services.programs.programs import delete_draft, programs_of, put_draft, switch
from backend.web.forms import Form
from backend.web.page import Page, StaffForm, page_with
from backend.web.routes import page_routes
from backend_client.schemas.programs import ProgramFound, ProgramKey

WriterPage = Annotated[Page, Depends(page_with(Right.PROGRAMS))]
PublisherPage = Annotated[Page, Depends(page_with(Right.PUBLISH))]
ProgramId = Annotated[ProgramKey, Path()]

routes = page_routes("/office/programs")


@routes.get("")
def programs(page: WriterPage) -> Response:
    """Every program."""
    with page.database.read(page.caller.tenant) as tx:
        found = programs_of(tx).programs
        names = {each.id: in_words(each.name, page.words) for each in found}
        for each in found:
            if not names[each.id]:
                names[each.id] = writing(page, tx, each.id).name
    return show(page, "programs/list.html", programs=found, names=names)


@routes.get("/new")
def new(page: WriterPage) -> Response:
    """From which ready program?"""
    return _show_new(page, None)


@routes.post("/new")
def start(page: WriterPage, form: StaffForm) -> Response:
    """A draft under a new name."""
    with form.attempt():
        name = form.text("name")
        if not name:
            raise form.mistake("name", "Fill this in")
        with page.database.read(page.caller.tenant) as tx:
            taken = {each.id for each in programs_of(tx).programs}
        wanted = slug(name) or "program"
        if wanted in taken:
            wanted = f"{wanted}-{uuid4().hex[:6]}"
        document = _preset(form.text("preset")) | {
            "id": wanted,
            "name": {page.words.language: name},
        }
        page.database.run(page.caller.tenant, put_draft, wanted, document, actor=page.caller.actor)
        return page.go(f"/office/programs/{wanted}", page.words.t("The program is a draft now."))
    return _show_new(page, form)


def _preset(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(preset_document(name if name in preset_names() else FIRST))
    return found


def _show_new(page: Page, form: Form | None) -> Response:
    return show(
        page,
        "programs/new.html",
        status=422 if form else 200,
        form=form,
        ready=ready_programs(page.words),
        chosen=form.text("preset", FIRST) if form else FIRST,
    )


@routes.get("/{program}")
def program(page: WriterPage, program: ProgramId) -> Response:
    """One program, in sentences, with what is wrong and what can be done."""
    with page.database.read(page.caller.tenant) as tx:
        found = writing(page, tx, program)
        stands = standing(tx, program)
        changed = kept.draft(tx, program)
    return show(
        page,
        "programs/program.html",
        program=found,
        stands=stands,
        changed=changed,
        series=[(each, _rules(found, each.name)) for each in SERIES.values()],
        parts=[
            (part, telling.facts(part.shapes, found.document, found.known))
            for part in PARTS.values()
        ],
        place=place,
        path_in_words=lambda field: telling.path_in_words(field, found.known),
    )


def standing(tx: Transaction, program: str) -> ProgramFound:
    """What is in force of it, what is coming, and whether it is on."""
    return next(each for each in programs_of(tx).programs if each.id == program)


def _rules(found: Writing, name: str) -> list[tuple[str, str, bool]]:
    """The rules of a kind: title, sentence, whether something must be put right."""
    written = found.document.get(name)
    rules = written if isinstance(written, list) else []
    return [
        (
            title_of(name, rule, found),
            sentence_of(name, rule, found),
            any(
                field == f"{name}.{number}" or field.startswith(f"{name}.{number}.")
                for field in found.wrong
            ),
        )
        for number, rule in enumerate(rules)
    ]


def title_of(name: str, rule: Any, found: Writing) -> str:  # noqa: ANN401 - JSON
    """What a rule is called."""
    t = found.known.words.t
    said = rule if isinstance(rule, dict) else {}
    if name == "earning":
        return t("Joining") if said.get("when") == "enrolment" else t("Purchase")
    own = said.get("name") or said.get("message")
    return in_words(own, found.known.words) or str(said.get("code") or said.get("id") or "")


def sentence_of(name: str, rule: Any, found: Writing) -> str:  # noqa: ANN401 - JSON
    """A rule in words."""
    if name in _SENTENCES:
        return _SENTENCES[name](rule, found.known)
    inside = [each for each in SERIES[name].inside if each.name not in ("message", "code")]
    facts = telling.facts(inside, rule, found.known)
    return telling.joined(facts, found.known)


_SENTENCES = {
    "earning": sentences.earning,
    "rewards": sentences.reward,
    "campaigns": campaign,
}


@routes.post("/{program}/draft/away")
def throw_away(page: WriterPage, form: StaffForm, program: ProgramId) -> Response:
    """The draft is gone; what was published stays. One that never was is no program any more."""
    del form
    page.database.run(page.caller.tenant, delete_draft, program, actor=page.caller.actor)
    with page.database.read(page.caller.tenant) as tx:
        published = any(each.id == program for each in programs_of(tx).programs)
    where = f"/office/programs/{program}" if published else "/office/programs"
    return page.go(where, page.words.t("The draft is thrown away."))


@routes.post("/{program}/switch")
def switching(page: PublisherPage, form: StaffForm, program: ProgramId) -> Response:
    """On or off: off, it leaves no trace at tills and kiosks."""
    on = form.flag("on")
    page.database.run(page.caller.tenant, switch, program, on=on, actor=page.caller.actor)
    t = page.words.t
    said = t("Loyalty is on again.") if on else t("Loyalty is off: tills and kiosks show nothing.")
    return page.go(f"/office/programs/{program}", said)
