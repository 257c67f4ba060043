"""What may be chosen in a program, in a merchant's words."""

from collections.abc import Mapping

from backend.web.words import later

CHOICES: Mapping[str, Mapping[str, str]] = {
    "Unit": {
        "points": later("Points"),
        "visits": later("Visits"),
        "articles": later("Articles"),
        "money": later("Money"),
    },
    "Combine": {
        "best": later("Only the highest counts"),
        "multiply": later("They multiply: ×2 and ×3 make ×6"),
        "add": later("They add up: ×2 and ×3 make ×4"),
    },
    "Negative": {
        "allow": later("The member owes them"),
        "clamp": later("The rest is the shop’s loss"),
        "refuse": later("The return is refused"),
    },
    "ValueDate": {
        "today": later("Always today"),
        "with_right": later("An earlier day, for who has the right"),
    },
    "Sharing": {
        "pool": later("in all stores"),
        "silo": later("in the stores of the group that gave them"),
    },
    "Existing": {
        "explicit": later("Each by their own consent"),
        "automatic": later("All at once"),
    },
    "Role": {
        "spends": later("earns and spends"),
        "earns_only": later("earns only, as a child’s card"),
    },
    "Metric": {
        "earned": later("Points earned"),
        "spent": later("Money spent"),
        "visits": later("Purchases"),
    },
    "Calendar": {
        "month": later("the month"),
        "quarter": later("the quarter"),
        "year": later("the year"),
    },
    "MessageChannel": {
        "mail": later("By mail"),
        "kiosk": later("At the kiosk"),
        "receipt": later("On the receipt"),
    },
    "Channel": {
        "shop": later("In the shop"),
        "web": later("On the web"),
        "invoice": later("By invoice"),
        "appointment": later("At an appointment"),
    },
    "Occasion": {
        "enrolment": later("Once, when somebody joins"),
        "sale": later("At each purchase"),
    },
    "Count": {
        "ttc": later("Money, tax included"),
        "ht": later("Money, without tax"),
        "visits": later("Visits"),
        "typed_visits": later("Visits as typed at the till"),
        "articles": later("Pieces"),
    },
    "Discounted": {
        "net": later("for what is paid"),
        "listed": later("for its price before the discount"),
        "excluded": later("for nothing"),
    },
    "Advantage": {
        "ticket_discount": later("Discount on the ticket"),
        "voucher": later("Paid by voucher"),
        "points": later("Paid with points"),
    },
    "Rounding": {
        "floor": later("is left out"),
        "half_up": later("counts from one half"),
        "ceil": later("counts as a whole point"),
    },
    "RoundPer": {
        "ticket": later("The whole ticket"),
        "line": later("Each line"),
    },
    "Birthday": {
        "day": later("on the day"),
        "month": later("in its month"),
    },
    "Takes": {
        "cost": later("What it costs"),
        "nothing": later("Nothing: they only have to be there"),
        "all": later("All of them"),
        "chosen": later("As many as the customer chooses"),
    },
    "Reached": {
        "at_least": later("when it is there"),
        "more_than": later("when it is passed"),
    },
    "When": {
        "next_ticket": later("From the next ticket on"),
        "same_ticket": later("Also with this ticket’s own points"),
    },
    "How": {
        "on_demand": later("Somebody asks for it"),
        "automatic": later("By itself"),
    },
    "Per": {
        "life": later("a lifetime"),
        "day": later("a day"),
        "week": later("a week"),
        "month": later("a month"),
        "year": later("a year"),
    },
    "other": {
        "voucher": later("A voucher of your own"),
        "nothing": later("Nothing: points only add up"),
    },
    "weekdays": {
        "monday": later("Monday"),
        "tuesday": later("Tuesday"),
        "wednesday": later("Wednesday"),
        "thursday": later("Thursday"),
        "friday": later("Friday"),
        "saturday": later("Saturday"),
        "sunday": later("Sunday"),
    },
    "give": {
        "amount": later("Points by what is spent"),
        "coefficient": later("A number of points each"),
        "bands": later("Points by the size of the ticket"),
        "per_article": later("Points by article"),
        "extension": later("By a rule written for you"),
        "points": later("The same each time"),
        "times": later("A multiplier"),
        "bonus": later("Points on top"),
    },
    "gives": {
        "articles": later("An article of a selection"),
        "percent": later("Percent off"),
        "amount": later("Money off"),
        "per_point": later("Money off for each point"),
        "other": later("A voucher of your own, or nothing"),
        "extension": later("What a rule written for you says"),
        "": later("The reward’s own article, free"),
    },
}
"""By the name of what is chosen from: each word, and what it is called."""
