"""What the merchant set for the whole company, read and written whole."""

from backend.db import Transaction, settings
from backend_client.schemas.messages import MessageSettings

_MESSAGES = "messages"


def message_settings(tx: Transaction) -> MessageSettings:
    """How the company writes to its members; the usual where nothing was set."""
    found = settings.setting(tx, _MESSAGES)
    return MessageSettings() if found is None else MessageSettings.model_validate_json(found)


def save_message_settings(tx: Transaction, wanted: MessageSettings) -> MessageSettings:
    """What holds from now on."""
    settings.save_setting(tx, _MESSAGES, wanted.model_dump_json())
    return wanted
