"""A member's own address, changed by themselves: the new one is proved, the old one is told.

Whoever reads the mail of the address can sign in: so it counts only once its reader has typed the
code that came there.
"""

from dataclasses import replace

from backend.db import Transaction, codes, members
from backend.mail import Mail, MailKind
from backend.services.mailing import outbox
from backend.services.people import codes as code_desk
from backend.services.people import records
from backend.services.people.codes import Typed
from backend_client.schemas.kiosks import CodeAsked
from backend_client.schemas.me import MyEmail, MyEmailProof
from backend_client.schemas.members import MemberDetails
from loyalty import members as people
from loyalty.ids import MemberId

PURPOSE = "email"


def ask(tx: Transaction, member: MemberId, body: MyEmail) -> CodeAsked:
    """A code on its way to the new address. Raises Refused, EmailRefused."""
    person = records.existing(tx, member)
    return code_desk.send_to(tx, body.id, person, people.email(body.email), PURPOSE)


def prove(tx: Transaction, member: MemberId, wanted: str, body: MyEmailProof) -> Typed:
    """What became of the code; when it was right, the address is theirs. Raises EmailRefused."""
    address = people.email(body.email)
    row = codes.code(tx, wanted)
    if row is None or (row.member, row.contact_key) != (member, tx.keys.contact(address)):
        return Typed(member=None, left=0)
    typed = code_desk.check(tx, wanted, body.digits, PURPOSE, None)
    if typed.member is not None:
        code_desk.used(tx, wanted)
        _change(tx, member, wanted, address)
    return typed


def _change(tx: Transaction, member: MemberId, code: str, address: str) -> None:
    person = records.existing(tx, member)
    said = MemberDetails(email=address)
    changed = records.with_details(tx, person, said, {"email"})
    if changed == person:
        return
    members.save_member(tx, replace(changed, version=person.version + 1))
    if person.email is not None:
        mail = Mail(
            kind=MailKind.EMAIL_CHANGED,
            key=f"email-changed:{code}",
            member=member,
            address=person.email,
            values={"contact": people.masked(address)},
        )
        outbox.queue(tx, mail)
