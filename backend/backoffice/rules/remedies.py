"""What to write instead of what a document refuses, in the reader's words.

The document says it in the technical English of its own format; here are the sentences for who
fills in a form. One that is not known here is told as it is.
"""

import re

from backend.web.words import PageWords, later

_SAID = (
    (r"'[\w-]+' is missing: write it", later("Fill this in")),
    (r"write a whole number, without.*", later("Write a whole number")),
    (r"write a number with a point.*", later("Write a number")),
    (r"write a number, such as.*", later("Write a number")),
    (r"write a number above (?P<least>\S+)", later("More than {least}")),
    (r"write (?P<least>\S+) or more", later("At least {least}")),
    (r"write (?P<most>\S+) or less", later("At most {most}")),
    (r"write a whole number, (?P<most>\S+) at most", later("At most {most}")),
    (r"write at least one letter", later("Fill this in")),
    (r"write (?P<most>\d+) letters at most", later("At most {most} letters")),
    (r"write at least one", later("Add at least one")),
    (r"write it in at least one language", later("Write it in one language at least")),
    (r"write a day, such as.*", later("Write a day")),
    (r"write an hour, such as.*", later("Write an hour, such as 09:30")),
    (r"give it at least one day or one month", later("Give it one day or one month at least")),
    (r"write either days, or until_released.*", later("Say how many days, or tick the other box")),
    (r"write either last_day or days", later("Write either a last day or a number of days")),
    (
        r"write either calendar, or months and days",
        later("Choose a period of the calendar, or write months and days"),
    ),
    (
        r"it ends before it starts: write (?P<day>\S+) or later",
        later("It ends before it starts: choose {day} or later"),
    ),
    (r"it ends before it starts.*", later("It ends before it starts")),
    (
        r"it overlaps the band before.*",
        later("It overlaps the one before: start where that one ends"),
    ),
    (r"write more than (?P<least>\d+), its start", later("More than {least}")),
    (
        r"write more than (?P<least>\d+): the lowest tier.*",
        later("More than {least}: the lowest tier comes first"),
    ),
    (
        r"nothing is spent at enrolment.*",
        later("Nothing is spent when somebody joins: choose the same number each time"),
    ),
    (
        r"the points die before: write less than (?P<most>\d+)",
        later("The points would be lost before: less than {most}"),
    ),
    (r"say for each what.*", later("Say what must be bought or spent each time")),
    (r"say how many times: write per_member", later("Say how many times first")),
    (r"write both points and visits", later("Write both points and visits")),
    (r"write points or visits", later("Write points or visits")),
    (r"write another hour than start", later("Choose another hour than the first")),
    (
        r"say what a point is worth in point_value",
        later("Say what a point is worth first, under “Name and points”"),
    ),
    (
        r"earning\.\d+ gives the welcome points already.*",
        later("Another rule gives welcome points already: put all of them there"),
    ),
    (r"a pool has no groups.*", later("Groups are for points that stay in their group")),
    (r"'(?P<name>[^']+)' is taken: give it another \w+", later("{name} is there already")),
    (r"'(?P<name>[^']+)' is no currency.*", later("{name} is no currency")),
    (r"there is no tier '(?P<name>[^']+)'.*", later("There is no tier {name}")),
    (r"\{(?P<name>\w*)\} is not known: write.*", later("{name} cannot be filled in here")),
)


def in_their_words(remedy: str, words: PageWords) -> str:
    """The sentence for whoever fills in the form."""
    for pattern, said in _SAID:
        found = re.fullmatch(pattern, remedy)
        if found:
            return words.t(said, **found.groupdict())
    return remedy
