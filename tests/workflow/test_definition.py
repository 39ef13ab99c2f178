"""Every registered workflow is sound, and an unsound one is found out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from icportal.content.flow import CONTENT
from icportal.core import permissions
from icportal.workflow.definition import Transition, problems, registered


def test_registered_workflows_are_sound(app: Flask) -> None:
    with app.app_context():
        assert {key: problems(definition, permissions.names()) for key, definition in registered().items()} == {
            key: [] for key in registered()
        }
        assert set(registered()) >= {"content.version", "charter.signature"}


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (Transition("lose", frozenset({"draft"}), "nowhere", "content.version:submit", "Lose", "Gone."), "unknown state nowhere"),
        (Transition("ask", frozenset({"draft"}), "review", "nobody:knows", "Ask", "Asked."), "unknown permission nobody:knows"),
        (Transition("hide", frozenset({"draft"}), "review", "content.version:submit", "Hide"), "does not say what happens next"),
        (Transition("submit", frozenset({"draft"}), "review", "content.version:submit", "Again", "Twice."), "name used twice"),
    ],
)
def test_problems_names_what_is_wrong(app: Flask, broken: Transition, expected: str) -> None:
    with app.app_context():
        definition = replace(CONTENT, transitions=(*CONTENT.transitions, broken))
        assert any(expected in problem for problem in problems(definition, permissions.names()))


def test_a_state_nothing_leads_to_is_found(app: Flask) -> None:
    with app.app_context():
        kept = tuple(transition for transition in CONTENT.transitions if transition.target != "archived")
        found = problems(replace(CONTENT, transitions=kept), permissions.names())
    assert found == ["content.version: state archived cannot be reached"]
