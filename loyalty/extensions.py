"""Rules that a merchant has written for them: found by entry point, named in every trace.

A package offers a class under the entry-point group ``loyalty.extensions``; its name there is what
a program's document calls. It has a `version`, so that a trace says which code gave the points,
and any of the methods below. It is plain Python without clock, network or disk, as the engine is.
"""

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

from loyalty.errors import LoyaltyError
from loyalty.ids import Points
from loyalty.sales import Buyer, Line, Sale
from loyalty.sentences import say

GROUP = "loyalty.extensions"

Settings = Mapping[str, str | int]
"""What the merchant set on the rule, as the program's document has it."""


class ExtensionMissing(LoyaltyError):
    """The program uses an extension that is not installed here, or that cannot do this."""


@runtime_checkable
class EarningExtension(Protocol):
    """Gives points on a sale."""

    version: str

    def points(self, lines: tuple[Line, ...], basis: int, settings: Settings) -> Points:
        """Points, 0 or more, for the lines that earn; `basis` is what the rule counted."""


@runtime_checkable
class CriterionExtension(Protocol):
    """Says whether a rule or campaign is for this sale and buyer."""

    version: str

    def fits(self, sale: Sale, buyer: Buyer, settings: Settings) -> bool:
        """Whether it is."""


@runtime_checkable
class RewardExtension(Protocol):
    """Says what a reward of its own kind is worth."""

    version: str

    def worth(self, balance: Points, settings: Settings) -> int:
        """Minor units that the points of this balance give."""


Extension = EarningExtension | CriterionExtension | RewardExtension
Extensions = Mapping[str, Extension]

NONE: Extensions = {}


def installed() -> Extensions:
    """Every extension of this machine, by name. Raises ImportError for one that does not load."""
    return {point.name: point.load()() for point in entry_points(group=GROUP)}


def earning(extensions: Extensions, name: str) -> EarningExtension:
    """The earning rule of that name. Raises ExtensionMissing."""
    found = extensions.get(name)
    if not isinstance(found, EarningExtension):
        raise ExtensionMissing(say("extension.earning", name=name))
    return found


def criterion(extensions: Extensions, name: str) -> CriterionExtension:
    """The criterion of that name. Raises ExtensionMissing."""
    found = extensions.get(name)
    if not isinstance(found, CriterionExtension):
        raise ExtensionMissing(say("extension.criterion", name=name))
    return found


def reward(extensions: Extensions, name: str) -> RewardExtension:
    """The reward of that name. Raises ExtensionMissing."""
    found = extensions.get(name)
    if not isinstance(found, RewardExtension):
        raise ExtensionMissing(say("extension.reward", name=name))
    return found
