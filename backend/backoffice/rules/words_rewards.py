"""What the fields of a program are called, in a merchant's words: rewards."""

from collections.abc import Mapping

from backend.web.words import later

FIELDS: Mapping[str, tuple[str, ...]] = {
    "Reward.name": (later("Name"),),
    "Reward.cost": (later("Points needed"),),
    "Reward.takes": (later("What it takes of them"),),
    "Reward.article": (later("Article that the till hands out"), later("By code")),
    "Reward.gives": (later("What it gives"),),
    "Reward.usable": (later("When, where and by whom"),),
    "Reward.price_codes": (later("For customers of these price codes"), later("Empty for all")),
    "Reward.picture": (
        later("Picture of the kiosk"),
        later("By name, such as coffee; gifts may have your own picture"),
    ),
    "Reward.voucher": (later("Its voucher is good for"),),
    "Gift.articles": (later("One of these articles"), later("By code, separated by commas")),
    "Percent.percent": (later("Percent off the ticket"),),
    "Amount.amount": (later("Money off the ticket"),),
    "PerPoint.per_point": (
        later("Money off for each point"),
        later("In the currency, such as 0.10"),
    ),
    "Voucher.other": (later("What it is"),),
    "Usable.from_points": (later("From a balance of"), later("0: as soon as it can be paid")),
    "Usable.reached": (later("That number is reached"),),
    "Usable.when": (later("On which ticket"),),
    "Usable.how": (later("Who starts it"),),
    "Usable.keeps_rest": (later("Points that it does not take stay"),),
    "Usable.ticket_share": (later("Percent of the ticket that it may pay"),),
    "Usable.per_member": (later("Times per member"), later("Empty for no limit")),
    "Usable.per": (later("… in"),),
    "Usable.stores": (later("Only in these stores"), later("None ticked: in all")),
    "Usable.tiers": (later("Only for these tiers"), later("None ticked: for all")),
}
"""By part and field: its label, and what helps to fill it in."""
