"""The kiosk's own memory: a replica of what it may know, and the outbox of what it has to tell."""

from kiosk.db.engine import Database, StorageTrouble
from kiosk.db.transaction import Transaction

__all__ = ["Database", "StorageTrouble", "Transaction"]
