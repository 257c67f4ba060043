"""The backend over HTTP: typed calls, a time limit on each, and retries where they are harmless.

Every write carries an id of its own, so sending it again after silence does it once.
"""

from backend_client.rest.desk import DeskClient
from backend_client.rest.line import Line
from backend_client.rest.terminal import TerminalClient, claim
from backend_client.rest.till import TillClient

__all__ = ["DeskClient", "Line", "TerminalClient", "TillClient", "claim"]
