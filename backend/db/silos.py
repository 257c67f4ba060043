"""Silos: where a program keeps points within groups of stores, each group has accounts of its own.

Such an account is in the program `ID--GROUP`: the same rules under a name of its own, so that
entries, balances and vouchers of two groups never meet. In a pool, all stores share the accounts of
the program itself.
"""

import re
from dataclasses import replace
from hashlib import sha256

from loyalty.ids import ProgramId, StoreId
from loyalty.program import Program
from loyalty.program.sharing import Sharing

_BETWEEN = "--"
_FITS = re.compile(r"[a-z0-9][a-z0-9-]{0,23}")


def of_group(rules: ProgramId, group: str) -> ProgramId:
    """The program in which the group's accounts are."""
    name = group if _FITS.fullmatch(group) else sha256(group.encode()).hexdigest()[:24]
    return ProgramId(f"{rules[:38]}{_BETWEEN}{name}")


def of_store(rules: Program, store: StoreId, group: str | None) -> ProgramId:
    """The program in which a store's accounts are: its group's, where the rules make silos."""
    if rules.stores.sharing is Sharing.POOL:
        return rules.id
    return of_group(rules.id, rules.stores.groups.get(store, group or store))


def rules_of(wanted: str) -> str | None:
    """The program whose rules a silo has; None for a name that is no silo's."""
    rules, between, _ = wanted.rpartition(_BETWEEN)
    return rules if between else None


def named(program: Program, wanted: ProgramId) -> Program:
    """The rules under the silo's name."""
    return program if program.id == wanted else replace(program, id=wanted)
