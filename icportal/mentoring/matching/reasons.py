"""What the codes of a matching mean in words, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from icportal.core.strings import Text, _, _l
from icportal.mentoring.matching.explain import Change
from icportal.mentoring.matching.table import UNWISHED, Part, Rule

#: Given the code of a city or language: what it is called.
Name = Callable[[str], str]

RULES: dict[str, Text] = {
    Rule.SAME_CITY: _l("It is the same city."),
    Rule.NO_PLACE: _l("It has no place in this theme."),
    Rule.NO_ROOM: _l("The mentee has no room for a mentor."),
    Rule.BANNED: _l("A coordinator has ruled this pair out."),
    Rule.DECLINED: _l("It was proposed in this programme before, and was declined, taken back or not answered in time."),
    Rule.AVOIDED: _l("One of the two would rather not work with the other."),
    Rule.NO_LANGUAGE: _l("They share no language at the level needed, and one of them wants no interpreter."),
    Rule.NOBODY_PAYS: _l("They need an interpreter, and neither side pays."),
    Rule.NO_DAYS: _l("Their days do not overlap enough to meet."),
    Rule.SAME_COUNTRY: _l("Cities of one country are not paired in this programme."),
    Rule.PAST_PAIR: _l("They were a pair before and do not wish for it again."),
    "not_there": _l("One of the two does not take part in this theme."),
}

#: What only coordinators may know. Were a ban told as such, whoever reads the other sentence would know that it is avoided.
PRIVATE: Text = _l("There is a reason against this pair that the coordinators know.")
#: What a city reads instead of that, or of what would blame one of the two.
FOR_CITIES: dict[str, Text] = {
    Rule.AVOIDED: PRIVATE,
    Rule.BANNED: PRIVATE,
    Rule.DECLINED: _l("This pair was proposed before and did not come about."),
}

PARTS: dict[str, Text] = {
    Part.EVIDENCE: _l("Gap met by strength"),
    Part.MENTEE_WISH: _l("Wish of the mentee"),
    Part.MENTOR_WISH: _l("Wish of the mentor"),
    Part.CONTEXT: _l("Likeness of the two cities"),
    Part.LANGUAGE: _l("Ease in a common language"),
    Part.CARRIED_OVER: _l("Left over last time"),
    Part.REPEAT: _l("Wished again"),
    Part.LOAD: _l("Load of the mentor"),
}


def rule(code: str, *, for_coordinator: bool) -> str:
    """Why a rule removes a pair, as this reader may know it."""
    told = RULES if for_coordinator else {**RULES, **FOR_CITIES}
    return str(told.get(code, code))


def rank(number: int) -> str:
    """A place among wishes."""
    return _("not among the wishes") if number >= UNWISHED else _("wish %(number)s", number=number)


def no_place_left(mentees: Sequence[str], *, for_coordinator: bool) -> str:
    """What to say of a mentor nothing speaks against but that others have its places. Whose proposals they are is theirs to know."""
    if not for_coordinator:
        return _("Its places are taken.")
    if not mentees:
        return _("Its places are kept for its other themes.")
    return _("Its places are taken by %(cities)s.", cities=", ".join(mentees))


def change(found: Mapping[str, Any], *, city: Name, language: Name) -> str:
    """The smallest change that helps, as a sentence to the city itself."""
    opens = int(found["opens"])
    match found["change"]:
        case Change.LANGUAGE:
            return _(
                "Name somebody who speaks %(language)s at the level needed: mentors that become possible: %(count)s.",
                language=language(found["value"]), count=opens,
            )  # fmt: skip
        case Change.INTERPRETER:
            return _("Accept an interpreter at your own cost: mentors that become possible: %(count)s.", count=opens)
        case Change.DAYS:
            return _("Offer days that suit %(city)s.", city=city(found["value"]))
        case Change.AVOID:
            return _("Take %(city)s off your list of cities you would rather not work with.", city=city(found["value"]))
        case Change.ROOM:
            return _("Make room for one more mentor.")
        case _:
            return _("%(city)s would have to take on one more city.", city=city(found["value"]))
