"""Gifts, what the store has of each, and messages of campaigns, as the kiosk last heard of them."""

from collections.abc import Iterator

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from backend_client.schemas.catalogue import GiftFound
from backend_client.schemas.changes import CampaignChanged
from kiosk.db import tables
from loyalty.ids import RewardId


def save_gift(connection: Connection, gift: GiftFound) -> None:
    """Keep a gift as it is now."""
    body = gift.model_dump_json()
    connection.execute(
        upsert(tables.gifts)
        .values(id=gift.id, body=body)
        .on_conflict_do_update(index_elements=["id"], set_={"body": body})
    )


def save_free(connection: Connection, gift: str, free: int) -> None:
    """Keep how many pieces of a gift are promised to nobody."""
    connection.execute(
        upsert(tables.gift_stock)
        .values(gift=gift, free=free)
        .on_conflict_do_update(index_elements=["gift"], set_={"free": free})
    )


def gifts(connection: Connection) -> Iterator[GiftFound]:
    """Every gift, by id."""
    bodies = connection.execute(select(tables.gifts.c.body).order_by(tables.gifts.c.id)).scalars()
    return (GiftFound.model_validate_json(body) for body in bodies.all())


def gift(connection: Connection, wanted: str) -> GiftFound | None:
    """The gift of that id."""
    query = select(tables.gifts.c.body).where(tables.gifts.c.id == wanted)
    body = connection.execute(query).scalar_one_or_none()
    return None if body is None else GiftFound.model_validate_json(body)


def free(connection: Connection, wanted: str) -> int:
    """How many pieces were free when the backend last told; 0 when it never did."""
    query = select(tables.gift_stock.c.free).where(tables.gift_stock.c.gift == wanted)
    return connection.execute(query).scalar_one_or_none() or 0


def stock(connection: Connection) -> dict[RewardId, int]:
    """What `free` says of every gift that is counted."""
    told = {row.gift: row.free for row in connection.execute(select(tables.gift_stock))}
    return {RewardId(gift.id): told.get(gift.id, 0) for gift in gifts(connection) if gift.stocked}


def save_campaign_message(connection: Connection, said: CampaignChanged) -> None:
    """Keep what to show of a campaign; nothing, where its message is empty."""
    table = tables.campaign_messages
    mine = (table.c.program == said.program) & (table.c.campaign == said.campaign)
    connection.execute(delete(table).where(mine))
    if said.message:
        connection.execute(
            upsert(table).values(
                program=said.program, campaign=said.campaign, body=said.model_dump_json()
            )
        )


def campaign_messages(connection: Connection, program: str) -> dict[str, CampaignChanged]:
    """What to show of each campaign of a program."""
    said = all_campaign_messages(connection)
    return {each.campaign: each for each in said if each.program == program}


def all_campaign_messages(connection: Connection) -> Iterator[CampaignChanged]:
    """What to show of every campaign, those to come and those that are over included."""
    bodies = connection.execute(select(tables.campaign_messages.c.body)).scalars()
    return (CampaignChanged.model_validate_json(body) for body in bodies.all())
