"""What stands behind needs and offers: what it weighs, from which answers, and that it is of the day of the matching."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from harness import statements
from mentoring_world import THEMES, apply, make_programme
from sqlalchemy import select

from icportal.core.db import db
from icportal.mentoring import applications, evidence, pools
from icportal.mentoring.enums import Phase
from icportal.mentoring.evidence import UNPROVEN_GAP, UNPROVEN_STRENGTH, Reported
from icportal.mentoring.models import Programme
from icportal.mentoring.services import matching
from icportal.mentoring.services.evidence import renew_evidence
from icportal.reporting.enums import Grade
from icportal.reporting.models import Response

PERCEPTION = THEMES[0]


def graded(*grades: str, **fields: Any) -> Reported:
    """A city that gave these grades to the commitments 1, 2 …"""
    return Reported(grades={number: (grade, f"q{number}") for number, grade in enumerate(grades, 1)}, **fields)


def test_what_is_proven_never_weighs_less_than_what_is_not() -> None:
    small = evidence.gap_in(graded(Grade.PARTLY, Grade.FULLY, Grade.FULLY), (1, 2, 3))
    assert (small.size, small.weight) == (20, UNPROVEN_GAP)
    assert evidence.gap_in(graded(Grade.NOT_AT_ALL), (1,)).weight == 100
    assert evidence.gap_in(graded(Grade.FULLY), (1,)).weight == 0, "it has said itself that it lacks nothing"
    assert evidence.gap_in(Reported(), (1,)).weight == UNPROVEN_GAP
    little = graded(*[Grade.FULLY] * 9, live={1: ["A plan"]})
    found = evidence.strength_in(little, range(1, 10))
    assert (found.size, found.weight) == (7, UNPROVEN_STRENGTH)
    assert evidence.strength_in(graded(Grade.FULLY), (1,)).weight == UNPROVEN_STRENGTH, "claimed, and shown by nothing"
    assert evidence.strength_in(graded(Grade.PARTLY), (1,)).weight == 0


def test_answers_that_are_not_sent_propose_and_prove_nothing() -> None:
    gap = evidence.gap_in(graded(Grade.NOT_AT_ALL, is_sent=False), (1,))
    assert (gap.size, gap.weight) == (100, UNPROVEN_GAP)
    assert [(line["is_sent"], line["is_shared"]) for line in gap.evidence] == [(False, False)]
    strength = evidence.strength_in(graded(Grade.FULLY, live={1: ["A plan"]}, is_sent=False), (1,))
    assert (strength.size, strength.weight) == (60, UNPROVEN_STRENGTH)
    private = evidence.gap_in(graded(Grade.PARTLY, own={1}), (1,))
    assert [(line["is_sent"], line["is_shared"]) for line in private.evidence] == [(True, False)], "for the city alone"


@pytest.mark.databases
def test_evidence_is_of_the_day_of_the_matching_and_costs_the_same_for_more_cities(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        world = make_programme(phase=Phase.MATCH)
        riga = apply(world, "riga", needs=(PERCEPTION,), offers=(PERCEPTION,))
        riga.needs[0].gap, riga.needs[0].evidence = 99, []
        db.session.commit()
        run = matching.compute(world.programme, actor=world.coordinator)
        now = evidence.gap_in(
            evidence.reported(world.city("riga"), "en"), applications.benchmark_of(world.scheme(), "en").commitments
        )
        assert now.evidence
        assert riga.needs[0].gap == now.weight
        assert run.inputs == pools.pool_of(world.programme).canonical()
        assert riga.needs[0].evidence == list(now.evidence)
        response = db.session.get_one(Response, now.evidence[0]["response_id"])
        assert response.city_id == riga.city_id
        demonstration = db.session.scalars(select(Programme).where(Programme.is_demonstration)).one()
        costs = []
        for programme in (world.programme, demonstration):
            sent = applications.sent_applications(programme)
            renew_evidence(programme, sent)
            with statements(seeded_app) as count:
                renew_evidence(programme, sent)
            costs.append(len(count))
        assert costs[0] == costs[1]
