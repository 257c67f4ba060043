"""Whose this machine is: its records belong to one company, its journal to one terminal."""

from hashlib import sha256

from kiosk.db import Transaction


class OtherCompany(Exception):
    """The database holds another company's records; the text says what to do."""


def belong(tx: Transaction, *, card_secret: str, terminal: str, program: str) -> None:
    """Take up the terminal's work here. Raises OtherCompany, so that no shop gets another's facts.

    A new terminal of the same company begins a new journal with what is not sent yet.
    """
    # The secret is the company's own, so its hash tells companies apart and says nothing more.
    company = sha256(b"company:" + bytes.fromhex(card_secret)).hexdigest()
    known = tx.recall("company")
    if known not in (None, company):
        raise OtherCompany(
            "the database here belongs to another company, and holds"
            f" {tx.queue_length()} facts it has not sent: move kiosk.db away, and keep it"
        )
    known_terminal = tx.recall("terminal")
    if known_terminal not in (None, terminal):
        tx.begin_journal()
    if known_terminal == terminal:
        # The merchant may have given the store another program since the code was typed.
        program = tx.recall("program") or program
    for key, value in (("company", company), ("terminal", terminal), ("program", program)):
        if tx.recall(key) != value:
            tx.remember(key, value)
