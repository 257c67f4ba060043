"""Identifies the chip in the field: its identifier, whether that lasts, and its family."""

from dataclasses import dataclass

from devices.cards import Channel, type2, type4
from devices.cards.atr import Family, Standard, family_of
from devices.cards.errors import CardError
from devices.cards.uid import medium_of, most_significant_first, read_uid
from devices.readers import Medium


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the chip says it is."""

    uid: bytes
    medium: Medium
    chip: str
    text: str = ""


def identify(channel: Channel, atr: bytes) -> Identity:
    """The identity of the chip that answers on `channel` and was announced with `atr`.

    Raises CardError when no identifier can be had.
    """
    family = family_of(atr)
    uid = read_uid(channel)
    if family.standard is Standard.ISO_15693:
        uid = most_significant_first(uid)
    # A chip that signs its text is worth more with it: one that leaves meanwhile is to come again.
    text = type4.read_text(channel) if family.may_hold_text else ""
    return Identity(uid=uid, medium=medium_of(uid), chip=_chip(channel, family), text=text)


def _chip(channel: Channel, family: Family) -> str:
    if not family.may_be_type2:
        return family.chip
    try:
        version = type2.get_version(channel)
    except CardError:  # it left after its UID was read: the tap counts, only the exact name is lost
        return family.chip
    return type2.chip_name(version) or family.chip
