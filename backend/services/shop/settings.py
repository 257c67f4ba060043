"""What the merchant set for the whole company, read and written whole."""

from typing import TypeVar

from pydantic import BaseModel

from backend.db import Transaction, settings
from backend.services.team import audit
from backend_client.schemas.messages import MessageSettings

_MESSAGES = "messages"

Set = TypeVar("Set", bound=BaseModel)


def kept(tx: Transaction, name: str, kind: type[Set]) -> Set:
    """What was set under that name; the usual where nothing was."""
    found = settings.setting(tx, name)
    return kind() if found is None else kind.model_validate_json(found)


def keep(tx: Transaction, name: str, wanted: Set, *, actor: str) -> Set:
    """What holds from now on."""
    settings.save_setting(tx, name, wanted.model_dump_json())
    audit.note(tx, actor, "settings.change", name)
    return wanted


def message_settings(tx: Transaction) -> MessageSettings:
    """How the company writes to its members; the usual where nothing was set."""
    return kept(tx, _MESSAGES, MessageSettings)


def save_message_settings(tx: Transaction, wanted: MessageSettings) -> MessageSettings:
    """What holds from now on."""
    settings.save_setting(tx, _MESSAGES, wanted.model_dump_json())
    return wanted
