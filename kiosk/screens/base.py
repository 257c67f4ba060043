"""What every screen is: a question, whose type parameter is the type of its answer."""

from typing import Generic, TypeVar

Answer_co = TypeVar("Answer_co", covariant=True)


class Screen(Generic[Answer_co]):
    """A question on the glass; the parameter is the type of the answer."""

    __slots__ = ()
