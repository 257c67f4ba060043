"""The kiosk's own memory: a replica of what it may know, and the outbox of what it has to tell."""

from kiosk.db.engine import Database, StorageTrouble
from kiosk.db.migrate import NewerDatabase
from kiosk.db.transaction import Conflict, Transaction

__all__ = ["Conflict", "Database", "NewerDatabase", "StorageTrouble", "Transaction"]
