"""The names the portal answers to, and what it says to machines."""

from dataclasses import replace

from icportal.app import create_app
from icportal.config import Mode


def test_production_answers_to_its_own_name_only(app, settings):
    production = create_app(replace(settings, mode=Mode.PRODUCTION, base_url="https://portal.example.org"))
    visitor = production.test_client()

    assert visitor.get("/robots.txt", base_url="https://portal.example.org").status_code == 200
    assert visitor.get("/robots.txt", base_url="https://evil.example").status_code == 400


def test_other_names_can_be_set(app, settings):
    named = replace(settings, mode=Mode.PRODUCTION, base_url="https://portal.example.org", trusted_hosts=("other.example",))
    visitor = create_app(named).test_client()

    assert visitor.get("/robots.txt", base_url="https://other.example").status_code == 200
    assert visitor.get("/robots.txt", base_url="https://portal.example.org").status_code == 400


def test_machines_may_read_what_is_public(client):
    answer = client.get("/robots.txt")

    assert answer.mimetype == "text/plain"
    assert answer.text.splitlines() == ["User-agent: *", "Disallow: /*/work"]
