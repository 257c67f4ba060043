"""What the fields of a program are called, in a merchant's words: earning rules and campaigns."""

from collections.abc import Mapping

from backend.web.words import later

FIELDS: Mapping[str, tuple[str, ...]] = {
    "EarningRule.when": (later("When"),),
    "EarningRule.only": (
        later("For whom and where"),
        later("Empty for everyone; commas between several"),
    ),
    "EarningRule.on": (later("On what"),),
    "EarningRule.give": (later("Give"),),
    "EarningRule.round": (later("A part of a point"),),
    "EarningRule.round_per": (later("What is rounded"),),
    "EarningRule.until": (later("Points live for"), later("Switched off, for ever")),
    "EarningRule.pending": (later("Points must wait before they can be spent"),),
    "EarningRule.active": (later("This rule is on"),),
    "On.count": (later("What is counted"),),
    "On.lines": (
        later("Which articles"),
        later("Empty for all; commas between several"),
    ),
    "On.discounted": (later("A discounted article counts"),),
    "On.reduced_by": (later("What earns nothing"), later("Of how the ticket is paid or reduced")),
    "On.own_points": (later("Articles with their own points give those instead"),),
    "Fixed.points": (later("Points each time"),),
    "PerAmount.amount": (later("For each"),),
    "PerAmount.points": (later("this many points"),),
    "Coefficient.coefficient": (
        later("Points for each euro, visit or article"),
        later("Such as 0.5"),
    ),
    "Bands.bands": (later("By the size of the ticket"), later("From the smallest")),
    "Band.start": (later("From"),),
    "Band.below": (later("to less than"), later("Empty for no end")),
    "Band.points": (later("gives"),),
    "PerArticle.per_article": (
        later("Points of each article"),
        later("One line each: article code = points"),
    ),
    "Pending.days": (later("Days to wait"),),
    "Pending.until_released": (
        later("Until somebody releases them"),
        later("Such as when the appointment took place"),
    ),
    "Campaign.name": (later("Name"),),
    "Campaign.give": (later("What it gives"),),
    "Campaign.first_day": (later("First day"),),
    "Campaign.last_day": (later("Last day"),),
    "Campaign.weekdays": (later("On these days"), later("None ticked: on all")),
    "Campaign.hours": (later("At these hours"), later("Empty: at all")),
    "Campaign.birthday": (later("Only on the customer’s birthday"),),
    "Campaign.first_purchase": (later("Only on a first purchase"),),
    "Campaign.only": (
        later("For whom and where"),
        later("Empty for everyone; commas between several"),
    ),
    "Campaign.lines": (
        later("For these articles"),
        later("Empty for all; commas between several"),
    ),
    "Campaign.buy": (later("Pieces to buy"), later("0 for none")),
    "Campaign.spend": (later("Amount to spend on them"), later("0 for none")),
    "Hours.start": (later("From"),),
    "Hours.end": (later("To"),),
    "Multiply.times": (later("Points are multiplied by"),),
    "Bonus.points": (later("Points on top"),),
    "Bonus.each": (later("Each time that it is reached, not once a ticket"),),
}
"""By part and field: its label, and what helps to fill it in."""
