"""Every address of the portal with every object that could stand in it. A route with a new parameter fails until it is named here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from security.numbers import NOWHERE, RELEASE, YEARS
from security.pairs import of_mentoring, of_toolkits
from security.round_addresses import of_plans, of_reporting
from security.world import NOBODY, OTHER, OWN, World
from werkzeug.routing import Rule


@dataclass(frozen=True)
class Address:
    """One address: the route, what stands in it, and the same address with something that does not exist."""

    endpoint: str
    label: str
    values: tuple[tuple[str, Any], ...] = ()

    @property
    def given(self) -> dict[str, Any]:
        return dict(self.values)


def addresses(world: World, rule: Rule) -> Iterator[Address]:
    """All that can stand in this route. A label that starts with ``other`` or ``own`` says whose the object is."""
    wanted = rule.arguments - {"language_code"}
    about = OF_DOMAINS.get(rule.endpoint.partition(".")[0], candidates) if wanted else candidates
    for label, values in about(world, rule, wanted):
        assert set(values) == wanted, f"{rule.endpoint}: nothing is known for {wanted - set(values)}"
        yield Address(rule.endpoint, label, tuple(sorted(values.items())))


def candidates(world: World, rule: Rule, wanted: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    domain = rule.endpoint.partition(".")[0]
    if not wanted:
        yield "-", {}
    elif "practice_id" in wanted:
        yield from of_practices(world, wanted)
    elif "signature_id" in wanted:
        for label, number in [*world.signatures.items(), ("nobody none", NOBODY)]:
            yield whose(label), {"signature_id": number, **({"name": "deed"} if "name" in wanted else {})}
    elif wanted & {"user_id", "identity_id", "invitation_id", "mail_id", "delay_id", "job_id"}:
        yield from of_people(world, wanted)
    elif domain == "practices":
        for label, (_number, slug) in [*world.ids["practices"].items(), ("nobody none", (0, "no-such-practice"))]:
            file_of = {"file_id": file_number(world, label)} if "file_id" in wanted else {}
            yield whose(label), {"slug": slug, **file_of}
    elif wanted == {"slug"}:
        yield from cities()
    else:
        yield from others(wanted)


def others(wanted: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    known: dict[str, tuple[Any, ...]] = {
        "number": (1, 99), "code": ("ABCD-EFGH",), "filename": ("portal.css", "nothing.css"), "token": ("forged",),
        "provider": ("nobody",), "name": ("nothing",), "key": ("adopted-2010", "nothing"), "text_language": ("en",),
    }  # fmt: skip
    first = min(wanted)
    for value in known[first]:
        yield str(value), {first: value, **{name: known[name][0] for name in wanted - {first}}}


def of_practices(world: World, wanted: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for label, (number, _slug) in [*world.ids["practices"].items(), ("nobody none", (NOBODY, ""))]:
        values: dict[str, Any] = {"practice_id": number}
        if "comment_id" in wanted:
            values["comment_id"] = world.ids.get(f"comment {label}", NOBODY)
        if "file_id" in wanted:
            values["file_id"] = file_number(world, label)
        if "number" in wanted:
            values["number"] = 1
        if "code" not in wanted:
            yield whose(label), values
            continue
        yield whose(label), {**values, "code": "en"}
        if label.endswith(("published", "none")):
            yield f"{whose(label)} fr", {**values, "code": "fr"}


def of_indicators(world: World, rule: Rule, wanted: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    if "indicator_id" in wanted:
        yield from of_catalogue(world, wanted)
    elif "batch_id" in wanted:
        for slug in (OWN, OTHER, "network"):
            yield whose(f"{slug} import") if slug != "network" else "network", {"batch_id": world.ids[f"import {slug}"]}
        yield "none", {"batch_id": NOBODY}
    elif "year" in wanted:
        yield from of_deliveries(world, wanted)
    elif "number" in wanted:
        own, other = (world.ids[f"department {slug}"] for slug in (OWN, OTHER))
        rows = {"own": (OWN, own), "other": (OTHER, other), "own city, other": (OWN, other), "own none": (OWN, NOBODY)}
        yield from ((label, {"slug": slug, "number": number}) for label, (slug, number) in rows.items())
    elif wanted == {"slug"} and rule.endpoint != "indicators.show_indicator":
        yield from cities()
    else:
        known: dict[str, tuple[str, ...]] = {
            "name": (RELEASE, "2001-01"), "filename": ("observations.csv", "nothing.csv"), "syntax": ("ttl", "jsonld", "xml"),
            "form": ("svg", "png", "csv"), "slug": ("pop01", "empl05", "nothing"),
        }  # fmt: skip
        for values in product(*(known[name] for name in sorted(wanted))):
            yield " ".join(values), dict(zip(sorted(wanted), values, strict=True))


def cities() -> Iterator[tuple[str, dict[str, Any]]]:
    for label, slug in (("own city", OWN), ("other city", OTHER), ("none", "no-such-city")):
        yield label, {"slug": slug}


def of_catalogue(world: World, wanted: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    more = {"comment_id": world.ids["comment indicator"], "number": 1}
    for label, number in (("revised", world.ids["indicator"]), ("none", NOBODY)):
        values = {"indicator_id": number, **{name: more[name] for name in wanted & set(more)}}
        if "code" not in wanted:
            yield label, values
        else:
            for code in ("en", "fr"):
                yield f"{label} {code}", {**values, "code": code}


def of_deliveries(world: World, wanted: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    code = {"code": "pop02"} if "code" in wanted else {}
    for slug in (OWN, OTHER):
        for state, year in YEARS.items():
            mark = {"mark_id": world.ids[f"mark {slug} {state}"]} if "mark_id" in wanted else {}
            yield whose(f"{slug} {state}"), {"slug": slug, "year": year, **code, **mark}
    mark = {"mark_id": world.ids[f"mark {OTHER} draft"]} if "mark_id" in wanted else {}
    if mark:
        yield "own draft, mark of the other", {"slug": OWN, "year": YEARS["draft"], **mark}
    yield "none", {"slug": NOWHERE[0], "year": NOWHERE[1], **code, **mark}


def of_people(world: World, wanted: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    if "job_id" in wanted:
        yield "none", {"job_id": NOBODY}
        return
    if "mail_id" in wanted:
        yield "mail", {"mail_id": world.ids["mail"]}
        yield "none", {"mail_id": NOBODY}
        return
    kind = next(iter(wanted & {"identity_id", "invitation_id", "delay_id"}), None)
    if kind is not None:
        for slug in (OWN, OTHER):
            yield whose(f"{slug} {kind[:-3]}"), {kind: world.ids[f"{kind[:-3]} {slug}"]}
        yield "none", {kind: NOBODY}
        return
    for slug in (OWN, OTHER):
        grant = {"grant_id": world.ids[f"grant officer {slug}"]} if "grant_id" in wanted else {}
        yield whose(f"{slug} officer"), {"user_id": world.ids[f"officer {slug}"], **grant}
    yield "none", {"user_id": NOBODY, **({"grant_id": NOBODY} if "grant_id" in wanted else {})}
    if "grant_id" in wanted:
        yield (
            "own officer, grant of the other",
            {"user_id": world.ids[f"officer {OWN}"], "grant_id": world.ids[f"grant officer {OTHER}"]},
        )


def file_number(world: World, label: str) -> int:
    return int(world.ids["files"].get(label, NOBODY))


def whose(label: str) -> str:
    city, _space, rest = label.partition(" ")
    return f"{ {OWN: 'own', OTHER: 'other'}.get(city, '') } {rest}".strip()


#: Domains whose addresses are named on their own.
OF_DOMAINS = {
    "indicators": of_indicators, "reporting": of_reporting, "plans": of_plans, "mentoring": of_mentoring, "toolkits": of_toolkits,
}  # fmt: skip
