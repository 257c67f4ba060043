"""Everything the backend keeps, and the only place of the backend that speaks SQL."""

from backend.db.engine import Database
from backend.db.transaction import Transaction

__all__ = ["Database", "Transaction"]
