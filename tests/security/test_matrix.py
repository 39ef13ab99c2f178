"""Every address × every role, as one table. Nobody reads or does what is not theirs, nor learns that it is there."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from harness import PortalClient, faults_of_headers
from security.addresses import Address, addresses
from security.pairs import is_private as is_private_pair
from security.round_addresses import is_private
from security.world import ROLES, World
from sqlalchemy import select
from tables import compare
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from icportal.core import permissions
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.web import cycle

pytestmark = pytest.mark.slow

#: Written while reading: who is signed in since when, and how often somebody tried.
NOT_CONTENT = {"web_session", "throttle"}
#: In a demonstration every mail is shown to everybody, so that its links can be followed.
SHOWN_IN_DEMONSTRATIONS = {"accounts.list_mails", "accounts.show_mail", "accounts.show_mail_page"}
#: Whoever holds the secret address reads what it leads to: it is given away by the city, and can be taken back.
OPENED_BY_A_SECRET = {("plans.feed", "the address"), ("mentoring.feed", "the address"), ("mentoring.visit_feed", "the address")}
WIDTH = 7
#: What nearly every private word of the world begins with.
CANARY = "canary"


def routes(world: World, method: str) -> Iterator[tuple[Rule, Address]]:
    for rule in sorted(world.app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule)):
        if method in (rule.methods or set()):
            yield from ((rule, address) for address in addresses(world, rule))


def access(world: World, endpoint: str) -> str:
    return "public" if endpoint == "static" else str(getattr(world.app.view_functions[endpoint], "__access__", "undeclared"))


def url(world: World, address: Address) -> str:
    values = address.given
    if world.app.url_map.is_endpoint_expecting(address.endpoint, "language_code"):
        values["language_code"] = "en"
    with world.app.test_request_context("/en/"):
        return str(world.app.url_for(address.endpoint, **values, _external=False))


def client_for(world: World, role: str) -> PortalClient:
    client: PortalClient = world.app.test_client()
    user = world.users[role]
    if user is not None:
        client.sign_in(user)
    return client


def kind(response: TestResponse) -> str:
    """What became of a request, in one word."""
    if response.status_code in {301, 302, 303}:
        target = response.headers["Location"]
        return "sign-in" if re.search(r"/sign-in(\?|$)", target) else "moved"
    return "ok" if response.status_code in {200, 204} else str(response.status_code)


def line(method: str, address: Address, answers: dict[str, str]) -> str:
    cells = "".join(f"{answers[role]:>{WIDTH + 1}}" for role in ROLES)
    return f"{method:5}{address.endpoint + ' ':34}{address.label:32}{cells}"


def heading(method: str) -> str:
    return line(
        method,
        Address("endpoint", "object"),
        {role: role.replace("administrator", "admin")[:12].replace("other ", "o.")[:WIDTH] for role in ROLES},
    )


def contents(world: World) -> dict[str, str]:
    """A hash of every table."""
    with world.app.app_context():
        found = {}
        for table in db.metadata.sorted_tables:
            if table.name not in NOT_CONTENT:
                rows = db.session.execute(select(table).order_by(*table.primary_key.columns)).all()
                found[table.name] = sha256(str([tuple(map(str, row)) for row in rows]))
        db.session.remove()
    return found


def words_of(response: TestResponse) -> str:
    """All text of an answer; of a workbook or another archive, what its parts say."""
    data = response.get_data()
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "\n".join(archive.read(part).decode(errors="replace") for part in archive.namelist())


def bare(response: TestResponse, address: Address) -> str:
    """The answer without what any two answers differ in: nonce, token, and the address that was asked for."""
    text = words_of(response)
    text = re.sub(r'(nonce|name="csrf_token"[^>]*value|data-token)="[^"]*"', "", text)
    for value in sorted(map(str, address.given.values()), key=len, reverse=True):
        text = (
            text.replace(f"/{value}/", "/X/")
            .replace(f'/{value}"', '/X"')
            .replace(f"%2F{value}", "%2FX")
            .replace(f"/{value}?", "/X?")
        )
    return text


#: What is private; a city is not, and everybody may know that there is one.
PRIVATE = {
    "signature_id", "practice_id", "user_id", "delay_id", "mail_id", "identity_id", "invitation_id", "batch_id", "year",
}  # fmt: skip


def is_private_to(role: str, address: Address) -> bool:
    """Whether the role should not even learn that the object is there."""
    private = (
        PRIVATE & set(address.given)
        or is_private(address)
        or is_private_pair(address)
        or (address.endpoint.startswith("practices.") and "slug" in address.given and "published" not in address.label)
    )
    if role in {"visitor", "no role", "peer", "disabled"}:
        return bool(private)
    if role in {"mayor", "officer"}:
        return bool(private) and address.label.startswith("other ")
    return bool(private) and role in {"other mayor", "other officer"} and address.label.startswith("own ")


class Findings:
    """What was seen while asking: the table, and everything that is wrong whatever the table says."""

    def __init__(self, world: World, method: str) -> None:
        self.world = world
        self.method = method
        self.table: list[str] = [heading(method)]
        self.wrong: list[str] = []
        self.missing: dict[tuple[str, str, str], tuple[str, str]] = {}
        #: How private words begin: a page with none of these is not looked through for each.
        self.private = {CANARY if word.startswith(CANARY) else word for word in world.canaries}
        self.held: dict[tuple[str, str], bool] = {}

    def ask(self) -> None:
        grouped: dict[str, list[Address]] = {}
        for _rule, address in routes(self.world, self.method):
            grouped.setdefault(address.endpoint, []).append(address)
        clients: dict[str, PortalClient | None] = {}
        for endpoint, group in grouped.items():
            group.sort(key=lambda address: "none" not in address.label)
            rows = {address.label: self.row(endpoint, address, clients) for address in group}
            self.table += [rows[address.label] for address in sorted(group, key=lambda address: address.label)]

    def row(self, endpoint: str, address: Address, clients: dict[str, PortalClient | None]) -> str:
        target, answers = url(self.world, address), {}
        for role in ROLES:
            client = clients.get(role) or client_for(self.world, role)
            response = client.open(target, method=self.method, lint=False)
            answers[role] = kind(response)
            # Whoever is sent elsewhere may have ended the session, or is told why on the next page.
            clients[role] = client if answers[role] not in {"moved", "sign-in"} and "Set-Cookie" not in response.headers else None
            self.judge(endpoint, address, role, answers[role], response)
        return line(self.method, address, answers)

    def judge(self, endpoint: str, address: Address, role: str, answer: str, response: TestResponse) -> None:
        where = f"{role}: {self.method} {endpoint} ({address.label})"
        self.wrong += [f"{where}: {fault}" for fault in faults_of_headers(response)]
        declared = access(self.world, endpoint)
        if declared != "public" and role in {"visitor", "disabled"} and answer not in {"sign-in", "403", "404"}:
            self.wrong.append(f"{where}: {answer}, and it is not public")
        if (
            declared != "public"
            and role not in {"visitor", "disabled"}
            and not self.could(role, declared)
            and answer not in {"403", "404"}
        ):
            self.wrong.append(f"{where}: {answer} without the permission {declared}")
        text = words_of(response)
        is_open = endpoint in SHOWN_IN_DEMONSTRATIONS or (endpoint, address.label) in OPENED_BY_A_SECRET
        if not is_open and any(word in text for word in self.private):
            self.wrong += [
                f"{where}: shows {word}" for word, readers in self.world.canaries.items() if word in text and role not in readers
            ]
        self.compare_with_nothing(address, role, answer, response)

    def compare_with_nothing(self, address: Address, role: str, answer: str, response: TestResponse) -> None:
        """Something private is answered exactly as if it did not exist."""
        endpoint, code = address.endpoint, str(address.given.get("code", ""))
        where = f"{role}: {self.method} {endpoint} ({address.label})"
        if "none" in address.label:
            self.missing[endpoint, role, code] = (answer, bare(response, address))
        elif is_private_to(role, address) and endpoint not in SHOWN_IN_DEMONSTRATIONS:
            instead, words = self.missing[endpoint, role, code]
            if answer != instead:
                self.wrong.append(f"{where}: {answer}, and {instead} for what does not exist")
            elif answer == "404" and words != (found := bare(response, address)):
                difference = unified_diff(words.splitlines(), found.splitlines(), n=0, lineterm="")
                self.wrong.append(f"{where}: not found otherwise than what does not exist: {list(difference)[2:6]}")

    def could(self, role: str, permission: str) -> bool:
        if (role, permission) not in self.held:
            self.held[role, permission] = self.could_hold(role, permission)
        return self.held[role, permission]

    def could_hold(self, role: str, permission: str) -> bool:
        from icportal.accounts.models import User

        with self.world.app.app_context():
            user = db.session.get_one(User, self.world.users[role])
            try:
                return permissions.can(user.actor, permission, None)
            finally:
                db.session.remove()


def test_what_everybody_may_open(world: World) -> None:
    before = contents(world)
    findings = Findings(world, "GET")
    findings.ask()
    assert not findings.wrong, summary(findings.wrong)
    assert contents(world) == before, "reading changed something"
    compare(Path(__file__).with_name("access_get.txt"), findings.table)


def test_what_everybody_may_send(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty form to every address that takes one. Nothing is kept, so that the table says one thing at a time."""
    monkeypatch.setattr(cycle, "commit", db.session.rollback)
    findings = Findings(world, "POST")
    findings.ask()
    assert not findings.wrong, summary(findings.wrong)
    compare(Path(__file__).with_name("access_post.txt"), findings.table)


def summary(wrong: list[str]) -> str:
    return "\n".join(f"{sentence}{f' ({count} times)' if count > 1 else ''}" for sentence, count in Counter(wrong).items())


def one_each(world: World, method: str) -> Iterator[Address]:
    """One address of every route: what is asked for comes second here."""
    seen: set[str] = set()
    for rule, address in routes(world, method):
        if str(rule) not in seen and "none" not in address.label:
            seen.add(str(rule))
            yield address


def test_a_form_without_its_token_is_refused(world: World) -> None:
    """Before anything else is looked at: signed in as whoever may do the most."""
    before = contents(world)
    wrong = []
    for address in one_each(world, "POST"):
        for headers in ({}, {"X-CSRFToken": "forged"}):
            client = client_for(world, "coordinator")
            response = client.open(url(world, address), method="POST", headers=headers, csrf=False, lint=False)
            if response.status_code not in {404, 422} or (response.status_code == 422 and b"open too long" not in response.data):
                wrong.append(f"{address.endpoint} ({address.label}) {headers}: {response.status_code}")
    assert wrong == []
    assert contents(world) == before


def test_a_head_is_a_get_without_a_body(world: World) -> None:
    client = client_for(world, "coordinator")
    for address in one_each(world, "GET"):
        target = url(world, address)
        seen, head = client.get(target, lint=False), client.head(target, lint=False)
        assert (head.status_code, head.data) == (seen.status_code, b""), target


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_other_methods_are_not_known(world: World, method: str) -> None:
    client = client_for(world, "administrator")
    for endpoint in ("cms.home", "cities.list_cities", "accounts.profile"):
        answer: Any = client.open(url(world, Address(endpoint, "-")), method=method, lint=False)
        assert answer.status_code == 405, endpoint
        assert faults_of_headers(answer) == []
