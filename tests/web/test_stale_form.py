"""A form whose session is over loses nothing that was typed."""

from __future__ import annotations

from flask import Flask
from harness import PortalClient


def test_what_was_typed_is_shown_and_no_secret(seeded_app: Flask, client: PortalClient) -> None:
    answer = client.post(
        "/en/sign-in", data={"email": "mayor@example.org", "password": "quite secret words", "csrf_token": "old"}, csrf=False
    )
    assert answer.status_code == 422
    assert "mayor@example.org" in answer.text
    assert "quite secret words" not in answer.text
    assert 'href="/en/sign-in"' in answer.text
