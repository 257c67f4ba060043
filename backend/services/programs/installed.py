"""What a program needs of this server: the rules written for a merchant that it names (GLO-16)."""

from collections.abc import Callable, Iterator

from loyalty import extensions
from loyalty.errors import ProgramRefused
from loyalty.extensions import ExtensionMissing, Extensions
from loyalty.program import Program
from loyalty.program.criteria import Bespoke, Criteria
from loyalty.terms import Worth

_Find = Callable[[Extensions, str], object]


def refuse_missing(program: Program, known: Extensions) -> None:
    """Raises ProgramRefused for a rule that is not installed: no till could sell by it."""
    for field, find, name in _named(program):
        try:
            find(known, name)
        except ExtensionMissing as missing:
            raise ProgramRefused(field, missing.args[0]) from missing


def _named(program: Program) -> Iterator[tuple[str, _Find, str]]:
    yield from _criteria("only", program.only)
    for place, rule in enumerate(program.earning):
        if isinstance(rule.give, Bespoke):
            yield f"earning.{place}.give.extension", extensions.earning, rule.give.name
        yield from _criteria(f"earning.{place}.only", rule.only)
    for place, campaign in enumerate(program.campaigns):
        yield from _criteria(f"campaigns.{place}.only", campaign.only)
    for place, reward in enumerate(program.rewards):
        if isinstance(reward.terms.gives, Worth):
            yield f"rewards.{place}.gives.extension", extensions.reward, reward.terms.gives.name


def _criteria(field: str, only: Criteria) -> Iterator[tuple[str, _Find, str]]:
    for place, bespoke in enumerate(only.bespoke):
        yield f"{field}.bespoke.{place}.extension", extensions.criterion, bespoke.name
