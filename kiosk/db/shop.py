"""The shop: its programs, gifts and zone, as the backend told them."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from backend_client.schemas.catalogue import GiftFound, with_gifts
from backend_client.schemas.changes import CampaignChanged
from backend_client.schemas.terminals import StoreBody
from kiosk.db import catalogue, tables
from kiosk.db.part import Part
from loyalty.campaigns import is_open
from loyalty.document import read_program
from loyalty.errors import ProgramRefused
from loyalty.ids import RewardId
from loyalty.program import Program, Reward

log = logging.getLogger(__name__)


class ShopPart(Part):
    """Questions about the shop."""

    def program(self) -> Program | None:
        """The program of this terminal, in the version in force that can be read here.

        None before the first contact with the backend. A version that this software is too old to
        read is kept for after the update; until then the one before it goes on.
        """
        table = tables.programs
        ours = (table.c.id == (self.recall("program") or "")).desc()
        newest = select(table.c.id, table.c.version).order_by(ours, table.c.version.desc())
        row = self._connection.execute(newest.limit(1)).first()
        if row is None:
            return None
        version = (str(row.id), int(row.version))
        if self._programs.version != version:
            gifts = tuple(self._gifts_here())
            off = version[0] in (self.recall("programs_off") or "").split()
            self._programs.known = tuple(
                switched_off(each) if off else with_gifts(each, gifts)
                for each in self._programs_of(version[0])
            )
            self._programs.version = version
        return in_force(self._programs.known, datetime.now(UTC))

    def program_of(self, wanted: str) -> Program | None:
        """Another program, in the version in force that can be read here; None for an unknown."""
        return in_force(tuple(self._programs_of(wanted)), datetime.now(UTC))

    def _programs_of(self, program: str) -> Iterator[Program]:
        """The versions that can be read, newest first."""
        table = tables.programs
        documents = self._connection.execute(
            select(table.c.document).where(table.c.id == program).order_by(table.c.version.desc())
        ).scalars()
        for document in documents.all():
            try:
                yield read_program(document)
            except ProgramRefused as refused:
                log.error("a program version cannot be read, update the kiosk: %s", refused)  # noqa: TRY400 - the text says it all

    def save_program(self, document: str, *, on: bool = True) -> None:
        """Keep a version of the program, whether or not it can be read here. Raises ValueError.

        `on` is False while the merchant has switched loyalty off.
        """
        name, version = _name_of(document)
        self._connection.execute(
            upsert(tables.programs)
            .values(id=name, version=version, document=document)
            .on_conflict_do_update(index_elements=["id", "version"], set_={"document": document})
        )
        others = {each for each in (self.recall("programs_off") or "").split() if each != name}
        self.remember("programs_off", " ".join(sorted(others if on else others | {name})))
        self._programs.version = None

    def forget_program(self, name: str, version: int) -> None:
        """A version that was to come, and does not."""
        table = tables.programs
        self._connection.execute(
            delete(table).where(table.c.id == name, table.c.version == version)
        )
        self._programs.version = None

    def save_campaign_message(self, said: CampaignChanged) -> None:
        """Keep what to show of a campaign; nothing, where its message is empty."""
        catalogue.save_campaign_message(self._connection, said)

    def campaign_messages(self, at: datetime) -> tuple[CampaignChanged, ...]:
        """What to show of the campaigns that run at `at`, in the order the merchant wrote them."""
        program = self.program()
        if program is None:
            return ()
        said = catalogue.campaign_messages(self._connection, program.id)
        local = at.astimezone(self.zone())
        return tuple(
            said[campaign.id]
            for campaign in program.campaigns
            if campaign.id in said and is_open(campaign.window, local)
        )

    def _gifts_here(self) -> Iterator[GiftFound]:
        """The gifts of the catalogue; those of other stores only are not offered here."""
        store = self.store()
        for gift in catalogue.gifts(self._connection):
            here = not gift.stores or (store is not None and store.id in gift.stores)
            yield gift if here else gift.model_copy(update={"offered": False})

    def save_gift(self, gift: GiftFound) -> None:
        """Keep a gift of the catalogue as it is now."""
        catalogue.save_gift(self._connection, gift)
        self._programs.version = None

    def save_free(self, gift: str, free: int) -> None:
        """Keep how many pieces of a gift are free in this store."""
        catalogue.save_free(self._connection, gift, free)

    def free(self, wanted: RewardId) -> int | None:
        """How many pieces of a gift were free when last heard; None for one that is not counted."""
        gift = catalogue.gift(self._connection, wanted)
        if gift is None or not gift.stocked:
            return None
        return catalogue.free(self._connection, wanted)

    def pictures(self) -> frozenset[str]:
        """The hashes of every picture that may be shown."""
        gifts = (gift.picture for gift in catalogue.gifts(self._connection))
        said = (each.picture for each in catalogue.all_campaign_messages(self._connection))
        return frozenset(picture for picture in (*gifts, *said) if picture)

    def stock(self) -> Mapping[RewardId, int]:
        """How many pieces of each gift that is counted were free when last heard."""
        return catalogue.stock(self._connection)

    def reward(self, wanted: RewardId) -> Reward | None:
        """The reward as it is now, or as it last was; None when this kiosk never knew it."""
        program = self.program()
        if program is None:
            return None
        now = program.reward(wanted)
        if now is not None:
            return now
        gift = catalogue.gift(self._connection, wanted)
        if gift is not None and (kept := gift.rewards()):
            return kept[0]
        former = (version.reward(wanted) for version in self._programs_of(program.id))
        return next((reward for reward in former if reward is not None), None)

    def store(self) -> StoreBody | None:
        """The shop where this terminal stands; None before it was told."""
        kept = self.recall("store")
        return None if kept is None else StoreBody.model_validate_json(kept)

    def zone(self) -> tzinfo:
        """The zone in which the shop's days end; UTC before the shop, or its zone, is known."""
        store = self.store()
        if store is None:
            return UTC
        try:
            return ZoneInfo(store.time_zone)
        except (KeyError, ValueError, OSError):
            # Days that end an hour or two off are better than a kiosk that serves nobody.
            log.error("time zone %r is not known here: days end in UTC", store.time_zone)  # noqa: TRY400 - the text says it all
            return UTC


def in_force(versions: Sequence[Program], now: datetime) -> Program | None:
    """Of the versions, newest first, the one in force; the first of all before any is."""
    begun = (each for each in versions if each.valid_from <= now)
    return next(begun, versions[-1] if versions else None)


def switched_off(program: Program) -> Program:
    """The program of a merchant who has switched loyalty off: it gives, sells and says nothing."""
    return replace(
        program, earning=(), campaigns=(), rewards=(), alerts=(), rule_in_words={}, tiers=None
    )


def _name_of(document: str) -> tuple[str, int]:
    """Id and version of a program document, even of one that is too new to be read. ValueError."""
    try:
        said = json.loads(document)
        return str(said["id"]), int(said["version"])
    except (KeyError, TypeError) as error:
        raise ValueError("a program document without id and version") from error
