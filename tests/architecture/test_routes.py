"""No address appears, vanishes or changes who may open it without somebody deciding so."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask
from tables import compare
from werkzeug.routing import Rule

from icportal.core import permissions

WITHOUT_LANGUAGE = {"static", "entrance", "robots"}
PREFIX = "/<language:language_code>/"
#: What stands for anything says so: a code copied from paper, a signed token, the name of a provider.
CONVERTERS = {"language", "slug", "int", "date", "uuid", "string", "any", "year"}


def rules(portal: Flask) -> list[Rule]:
    return sorted(portal.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))


def access(portal: Flask, rule: Rule) -> str:
    return "public" if rule.endpoint == "static" else getattr(portal.view_functions[rule.endpoint], "__access__", "undeclared")


def test_the_routes_are_those_decided(portal: Flask) -> None:
    compare(
        Path(__file__).with_name("routes.txt"),
        [
            f"{rule.endpoint:40} {','.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'})):10} {access(portal, rule):32} {rule.rule}"
            for rule in rules(portal)
        ],
    )


def test_every_view_says_who_may_call_it(portal: Flask) -> None:
    known = permissions.names() | {"public"}
    assert [f"{rule.endpoint}: {access(portal, rule)}" for rule in rules(portal) if access(portal, rule) not in known] == []


def test_nothing_that_writes_is_open_without_being_named(portal: Flask) -> None:
    """Public views that take a POST are few, and each is known."""
    writing = {rule.endpoint for rule in rules(portal) if "POST" in (rule.methods or set()) and access(portal, rule) == "public"}
    known = {
        "accounts.sign_in", "accounts.forgot_password", "accounts.reset_password", "accounts.accept_invitation", "accounts.sign_out",
        "reporting.bind_link", "reporting.save_link", "reporting.autosave_link", "reporting.renew_link",
    }  # fmt: skip
    assert writing == known


def test_kept_pages_are_public_and_read_only(portal: Flask) -> None:
    wrong = [
        rule.endpoint
        for rule in rules(portal)
        if getattr(portal.view_functions[rule.endpoint], "__cached_page__", False)
        and (access(portal, rule) != "public" or "POST" in (rule.methods or set()))
    ]
    assert wrong == []


def test_addresses_start_with_a_language(portal: Flask) -> None:
    wrong = [rule.rule for rule in rules(portal) if rule.endpoint not in WITHOUT_LANGUAGE and not rule.rule.startswith(PREFIX)]
    assert wrong == []


def test_parts_of_addresses_are_kebab_case(portal: Flask) -> None:
    # The same thing in several forms has the form as its ending.
    part = re.compile(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]{2,4}|\.<[^>]+>)?|(?:<[^>]+>)(?:\.[a-z]{2,4})?)?")
    wrong = [
        rule.rule
        for rule in rules(portal)
        if rule.endpoint != "static" and not all(part.fullmatch(piece) for piece in rule.rule.split("/"))
    ]
    assert wrong == []


def test_parameters_have_a_type(portal: Flask) -> None:
    wrong = [
        f"{rule.rule}: <{given}>"
        for rule in rules(portal)
        if rule.endpoint != "static"
        for given in re.findall(r"<([^>]+)>", rule.rule)
        if ":" not in given or re.split(r"[(:]", given)[0] not in CONVERTERS
    ]
    assert wrong == []


def test_endpoints_belong_to_their_domain(portal: Flask) -> None:
    wrong = [
        rule.endpoint
        for rule in rules(portal)
        if "." in rule.endpoint
        and not portal.view_functions[rule.endpoint].__module__.startswith(f"icportal.{rule.endpoint.partition('.')[0]}.views")
    ]
    assert wrong == []
