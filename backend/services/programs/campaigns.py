"""Campaigns: which run, and what kiosks say of them while nobody stands there."""

from datetime import UTC

from backend.db import Transaction, gifts, programs, shops
from backend.db.programs import Message
from backend.errors import Refused, phrase
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.programs import CampaignFound, CampaignMessageBody, CampaignsFound
from loyalty.campaigns import is_open
from loyalty.ids import ProgramId
from loyalty.program import Program


def campaigns_of(tx: Transaction, program: str) -> CampaignsFound:
    """The campaigns of the version in force, with their messages. Raises Refused."""
    rules, said = _program(tx, program), programs.messages(tx, program)
    stores = [store for store in shops.stores(tx) if store.published == program]
    at = tx.now.astimezone(stores[0].zone if stores else UTC)
    found = []
    for each in rules.campaigns:
        message = said.get(each.id)
        found.append(
            CampaignFound(
                id=each.id,
                name=dict(each.name),
                first_day=each.window.first_day,
                last_day=each.window.last_day,
                running=is_open(each.window, at),
                message=None if message is None else message.message,
                picture=None if message is None else message.picture,
            )
        )
    return CampaignsFound(campaigns=tuple(found))


def put_message(
    tx: Transaction, program: str, campaign: str, body: CampaignMessageBody
) -> CampaignMessageBody:
    """What kiosks say of the campaign while it runs. Raises Refused."""
    if campaign not in {each.id for each in _program(tx, program).campaigns}:
        raise Refused(ProblemName.NOT_FOUND, "the version in force has no such campaign")
    if body.picture is not None and gifts.picture(tx, body.picture) is None:
        raise Refused.at("picture", phrase("put the picture under /v1/pictures first"))
    told = Message(
        program=program, campaign=campaign, message=dict(body.message), picture=body.picture
    )
    if programs.messages(tx, program).get(campaign) != told:
        programs.save_message(tx, told)
    return body


def delete_message(tx: Transaction, program: str, campaign: str) -> None:
    """Kiosks say nothing of it. Raises Refused."""
    _program(tx, program)
    if campaign in programs.messages(tx, program):
        programs.delete_message(tx, program, campaign)


def _program(tx: Transaction, program: str) -> Program:
    found = shops.program(tx, ProgramId(program))
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "no such program")
    return found
