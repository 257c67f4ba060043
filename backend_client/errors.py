"""What a call to the backend can end in.

BackendError
├── BackendUnavailable   no answer: no network, time-out, 5xx, or told to wait; nothing is known
├── BackendRefused       a no, with the problem's name and text; a retry would get the same
│   └── NotAuthorised    the token is unknown or revoked, or may not use this route
└── BackendNonsense      an answer that is not of the contract

A "no" of the loyalty rules is raised as the same LoyaltyError leaf that the engine raises.
"""

from backend_client.schemas.problems import Problem


class BackendError(Exception):
    """The call did not do what was asked."""


class BackendUnavailable(BackendError):
    """No answer, or one that says to come back; whether it took effect is not known."""


class BackendNonsense(BackendError):
    """Something answered, but not this API."""


class BackendRefused(BackendError):
    """The backend says no."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.status} {problem.title}: {problem.detail}")
        self.problem = problem


class NotAuthorised(BackendRefused):
    """The token is unknown, revoked, or not for this."""
