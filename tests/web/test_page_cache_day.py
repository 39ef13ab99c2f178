"""A kept page does not outlive its day."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import Flask
from harness import PortalClient

from icportal.core.clock import now, today


def test_at_midnight_the_registry_counts_anew(seeded_app: Flask, client: PortalClient) -> None:
    first = client.get("/en/signatories.json").json
    assert client.get("/en/signatories.json").json == first
    with time_machine.travel(now() + timedelta(days=3)):
        later = client.get("/en/signatories.json").json
        assert (first["as_of"], later["as_of"]) == ((today() - timedelta(days=3)).isoformat(), today().isoformat())


def test_a_text_is_gone_the_day_after_its_last(seeded_app: Flask, client: PortalClient) -> None:
    from icportal.content import queries, services
    from icportal.core.actors import Actor, Grant, Role
    from icportal.web.cycle import commit

    with seeded_app.app_context():
        item = queries.get_item("practice", "report-1-1")
        officer = Actor(id=1, name="", grants=frozenset({Grant(Role.CITY_OFFICER, city_id=item.city_id)}))
        services.set_visibility(item, actor=officer, visible_from=None, visible_until=today())
        commit()
    assert client.get("/en/practices/report-1-1").status_code == 200
    assert client.get("/en/practices.json").json["total"] == 436
    with time_machine.travel(now() + timedelta(days=1)):
        assert client.get("/en/practices/report-1-1").status_code == 404
        assert client.get("/en/practices.json").json["total"] == 435
