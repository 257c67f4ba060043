"""Terminals: claiming a token."""

from pydantic import Field

from backend_client.schemas.base import Id, Wire


class ClaimRequest(Wire):
    """A new terminal shows its one-time code."""

    code: str = Field(min_length=8, max_length=40)
    software: str = Field(default="", max_length=80, description="Name and version.")


class StoreBody(Wire):
    """The shop where a terminal stands."""

    id: Id
    name: str
    address: str = ""
    time_zone: str = Field(description="IANA name, such as Europe/Paris.")
    program: str = Field(
        default="", description="In which its customers' accounts are; empty for as before."
    )


class ClaimAnswer(Wire):
    """What a terminal keeps, in a place only it can read."""

    terminal: Id
    name: str
    token: str
    card_secret: str = Field(description="Hex: the key under which card identifiers are hashed.")
    store: StoreBody
    program: Id
