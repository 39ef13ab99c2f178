"""What people read for the words of mentoring."""

from __future__ import annotations

from icportal.core.strings import Text, _l, _lp
from icportal.mentoring.enums import (
    Aim,
    Competence,
    EntryKind,
    GrantOutcome,
    Interpreter,
    Level,
    Phase,
    Side,
)

PHASES: dict[str, Text] = {
    Phase.APPLY: _l("Apply"),
    Phase.MATCH: _lp("phase of mentoring", "Match"),
    Phase.AGREE: _lp("phase of mentoring", "Agree"),
    Phase.PREPARE: _l("Prepare"),
    Phase.VISITS: _lp("phase of mentoring", "Visits"),
    Phase.PLAN: _lp("phase of mentoring", "Plan"),
    Phase.EVALUATE: _l("Evaluate"),
}

SIDES: dict[str, Text] = {Side.MENTOR: _l("Mentor city"), Side.MENTEE: _l("Mentee city")}

LEVELS: dict[str, Text] = {
    Level.A1: _l("A1 – a few words"),
    Level.A2: _l("A2 – simple everyday talk"),
    Level.B1: _l("B1 – can follow a meeting"),
    Level.B2: _l("B2 – can discuss their own field"),
    Level.C1: _l("C1 – fluent at work"),
    Level.C2: _l("C2 – like a first language"),
}

INTERPRETERS: dict[str, Text] = {
    Interpreter.NONE: _l("No, we need a language in common"),
    Interpreter.OWN: _l("Yes, at our own cost"),
    Interpreter.OTHER: _l("Yes, if the other city pays"),
    Interpreter.PROGRAMME: _l("Yes, if the programme pays"),
}

COMPETENCES: dict[str, Text] = {
    Competence.LANGUAGE: _l("Language courses"),
    Competence.HOUSING: _l("Housing"),
    Competence.EMPLOYMENT: _l("Employment services"),
    Competence.HEALTH: _l("Health"),
    Competence.SOCIAL_CARE: _l("Social care"),
    Competence.SCHOOLS: _l("Schools"),
    Competence.RECEPTION: _l("Reception of newcomers"),
    Competence.POLICE: _l("Police"),
}

AIMS: dict[str, Text] = {Aim.BEST: _l("Best of all assignments"), Aim.STABLE: _l("Stable, mentees propose")}

ENTRY_KINDS: dict[str, Text] = {
    EntryKind.NOTE: _l("Note"),
    EntryKind.CONTACT: _l("Call or mail"),
    EntryKind.FINE: _l("All is well"),
}

GRANT_OUTCOMES: dict[str, Text] = {
    GrantOutcome.ASKED: _l("Asked for"),
    GrantOutcome.GRANTED: _l("Granted"),
    GrantOutcome.REFUSED: _l("Refused"),
}
