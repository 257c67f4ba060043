"""Asking the API in tests: what is done is read, what is refused is named."""

from abc import ABC, abstractmethod
from typing import Any

import requests

from backend_client.schemas.problems import PROBLEM


class Asks(ABC):
    """Somebody who calls the API; `raw` says how they are known to it."""

    __slots__ = ()

    @abstractmethod
    def raw(self, method: str, path: str, body: object = None) -> requests.Response:
        """The answer as it is."""

    def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """What the call answers; it must be done."""
        answer = self.raw(method, path, body)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        told: dict[str, Any] = answer.json()
        return told

    def refused(self, name: str, method: str, path: str, body: object = None) -> dict[str, Any]:
        """The problem that the call ends in."""
        answer = self.raw(method, path, body)
        problem: dict[str, Any] = answer.json()
        assert problem["type"] == PROBLEM + name, (answer.status_code, answer.text)
        return problem
