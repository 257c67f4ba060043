"""Another mail address for oneself: it counts once the code that came there is typed."""

from uuid import uuid4

from fastapi.responses import Response

from backend.api import me
from backend.portal.own import HOME, Own, OwnForm
from backend.web.forms import Form
from backend.web.routes import page_routes
from backend_client.schemas.me import MyEmail, MyEmailProof

_PATH = f"{HOME}/data/email"

routes = page_routes(_PATH)


@routes.get("")
def ask(page: Own) -> Response:
    """Which address it shall be."""
    return page.own("address.html", form=None, fresh=str(uuid4()), now=page.member.person.email)


@routes.post("")
def send_code(page: Own, form: OwnForm) -> Response:
    """A code is on its way there."""
    with form.attempt():
        asked = me.ask_email(page.database, page.member, form.into(MyEmail))
        return _typed(page, asked.id, form.text("email"))
    return page.own(
        "address.html",
        status=422,
        form=form,
        fresh=form.text("id"),
        now=page.member.person.email,
    )


@routes.post("/proof")
def prove(page: Own, form: OwnForm) -> Response:
    """Theirs from now on, and the old one is told."""
    code, address = form.text("code"), form.text("email")
    with form.attempt():
        body = MyEmailProof(email=address, digits=form.text("digits").replace(" ", ""))
        me.prove_email(page.database, page.member, code, body)
        return page.go(f"{HOME}/data", page.words.t("Your new address is kept"))
    return _typed(page, code, address, form=form, status=422)


def _typed(
    page: Own, code: str, address: str, *, form: Form | None = None, status: int = 200
) -> Response:
    return page.own("address.html", status=status, form=form, code=code, wanted=address)
