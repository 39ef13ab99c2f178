"""What can stand in the addresses of reporting and plans: of the own city, of the other one, and what does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from security.rounds import CLOSED, NOWHERE, OPEN, PLANNED

if TYPE_CHECKING:
    from security.world import World
    from werkzeug.routing import Rule

Candidates = Iterator[tuple[str, dict[str, Any]]]

OWN, OTHER, NOBODY = "vienna", "oulu", 999_999
WHOSE = {"own": OWN, "other": OTHER}
#: Whatever they say of a city, everybody of the network (or everybody at all) may know that it is there.
KNOWN = {
    "reporting.show_city_answers", "reporting.compare_city", "reporting.show_mentions", "plans.show_public_plan",
    "plans.public_plan_as_json", "plans.public_plan_as_csv", "plans.download_public_decision", "plans.show_public_report",
}  # fmt: skip
#: Of the pages of a round, those that would tell that one is planned.
OF_PLANNED = {"show_results", "results_as_json", "show_round", "network_show_results"}
#: Of the pages of a plan, those with a number or a secret of their own.
OF_PLANS = {
    "feed": "plan calendar", "gantt_progress": "plan print", "download_printed_gantt": "plan print", "show_import": "plan import",
    "error_workbook": "plan import", "accept_import": "plan import", "discard_import": "plan import", "undo_import": "plan import",
}  # fmt: skip
#: A part of an address that says only what of an object is wanted.
PARTS: dict[str, Any] = {
    "section": "about", "question": "office", "page": "review", "step": "revoke", "topic": "c01", "how": "up", "name": "themes",
    "which": "no-answer", "code": "en", "form": "svg", "filename": "data.csv",
}  # fmt: skip


def is_private(address: Any) -> bool:
    """Whether somebody else's object stands in an address of these domains."""
    return (
        address.endpoint.startswith(("reporting.", "plans."))
        and address.endpoint not in KNOWN
        and address.label.startswith(tuple(f"{whose} " for whose in WHOSE))
    )


def of_reporting(world: World, rule: Rule, wanted: set[str]) -> Candidates:
    endpoint = rule.endpoint.partition(".")[2]
    if endpoint in {"show_city_answers", "download_public_file"}:
        return _of_public_answers(world, wanted)
    if {"round_slug", "slug"} <= wanted:
        return _of_responses(world, wanted, endpoint)
    if "round_slug" in wanted:
        return _of_rounds(world, wanted, endpoint)
    for kind in ("questionnaire", "chapter"):
        if f"{kind}_id" in wanted:
            return _of_texts(kind, world, wanted, endpoint)
    if "/reports/" in rule.rule:
        return _of_reports(world, rule, wanted)
    return _of_cities(world, wanted)


def of_plans(world: World, rule: Rule, wanted: set[str]) -> Candidates:
    endpoint = rule.endpoint.partition(".")[2]
    if kind := OF_PLANS.get(endpoint):
        return _of_plans(world, wanted, kind)
    if wanted & {"number", "remark_id"}:
        return _of_plan_parts(world, wanted, endpoint)
    return _of_cities(world, wanted)


def _of_cities(world: World, wanted: set[str]) -> Candidates:
    if "token" in wanted:
        yield from _of_links(world, wanted)
    elif "evidence_id" in wanted:
        yield from _of_evidence(world)
    elif "action_id" in wanted:
        yield from _of_actions(world, wanted)
    elif "value_id" in wanted:
        for label, slug in WHOSE.items():
            yield f"{label} value", {"slug": slug, "value_id": world.ids[f"value {slug}"]}
        yield "own, of the other", {"slug": OWN, "value_id": world.ids[f"value {OTHER}"]}
        yield "none", {"slug": OWN, "value_id": NOBODY}
    else:
        for label, slug in (("own city", OWN), ("other city", OTHER), ("none", "no-such-city")):
            yield label, {"slug": slug}


def _given(wanted: set[str], **values: Any) -> dict[str, Any]:
    """The values of these names, and of the parts that are wanted too."""
    return {name: value for name, value in {**PARTS, **values}.items() if name in wanted}


def _of_links(world: World, wanted: set[str]) -> Candidates:
    for label, token in (("a link", world.ids[f"link {OWN}"]), ("forged", "forged")):
        yield label, _given(wanted, token=token, question="annex", evidence_id=world.ids[f"evidence {OWN}"])


def _of_texts(kind: str, world: World, wanted: set[str], endpoint: str) -> Candidates:
    """A text of the network. Its desk is that of practices, which the table asks in two languages."""
    code = "office" if endpoint == "edit_question" else "en"
    for label, number in (("draft", world.ids[kind]), ("none", NOBODY)):
        yield label, _given(wanted, **{f"{kind}_id": number}, code=code, comment_id=world.ids[f"comment {kind}"], number=1)


def _of_responses(world: World, wanted: set[str], endpoint: str) -> Candidates:
    """A response that is being answered, one that is published, and a city that was not asked."""
    for label, slug in WHOSE.items():
        numbers = {
            "share_id": world.ids[f"share {slug}"],
            "remark_id": world.ids[f"letter {slug}" if endpoint == "reply_to_feedback" else f"remark {slug}"],
            "number": world.ids[f"extension {slug}" if endpoint == "decide_extension" else f"import of {slug}"],
        }
        key = world.ids[f"file {slug} city"]
        question = "annex" if endpoint == "download_answer_file" else "office"
        section = "special" if endpoint == "download_answer_file" else "about"
        key = "practice" if endpoint == "hand_on" else key
        closed = endpoint in {"reply_to_feedback", "download_read_file", "download_briefing"}
        values = _given(wanted, **numbers, key=key, question=question, section=section, slug=slug, form="docx")
        yield f"{label} open", {**values, "round_slug": CLOSED if closed else OPEN}
        if label == "other" and endpoint in {"show_response", "answer_section", "review_response", "compare_city"}:
            yield "other closed", {**values, "round_slug": CLOSED}
        if label == "other" and wanted & {"share_id", "remark_id", "number", "key"} and endpoint != "hand_on":
            # The own city's response with an object of the other one.
            yield "own, of the other", {**values, "slug": OWN, "round_slug": CLOSED if closed else OPEN}
    nobody = dict.fromkeys(("share_id", "remark_id", "number"), NOBODY)
    yield "none", _given(wanted, **nobody, key="nothing", form="docx", round_slug=OPEN, slug=NOWHERE)


def _of_public_answers(world: World, wanted: set[str]) -> Candidates:
    if "key" not in wanted:
        for label, slug, round_ in (("other closed", OTHER, CLOSED), ("other open", OTHER, OPEN), ("none", NOWHERE, CLOSED)):
            yield label, {"slug": slug, "round_slug": round_}
        return
    for width in ("public", "network", "city"):
        label = "public" if width == "public" else f"other {width}"
        yield label, {"slug": OTHER, "round_slug": CLOSED, "key": world.ids[f"file {OTHER} {width}"]}
    yield "none", {"slug": OTHER, "round_slug": CLOSED, "key": "nothing"}


def _of_evidence(world: World) -> Candidates:
    for label, slug in WHOSE.items():
        yield f"{label} evidence", {"slug": slug, "evidence_id": world.ids[f"evidence {slug} city"]}
    yield "own, of the other", {"slug": OWN, "evidence_id": world.ids[f"evidence {OTHER} city"]}
    yield "none", {"slug": NOWHERE, "evidence_id": NOBODY}


def _of_actions(world: World, wanted: set[str]) -> Candidates:
    """An action, with a milestone or an indicator of it where the address names one."""

    def parts(slug: str) -> dict[str, int]:
        return {
            f"{part}_id": world.ids[f"{part} {slug}"] for part in ("action", "milestone", "indicator") if f"{part}_id" in wanted
        }

    for label, slug in WHOSE.items():
        yield f"{label} action", {"slug": slug, **parts(slug)}
    yield "own, of the other", {"slug": OWN, **parts(OTHER)}
    if len(parts(OWN)) > 1:
        yield "own, a part of the other", {"slug": OWN, **parts(OTHER), "action_id": world.ids[f"action {OWN}"]}
    yield "none", {"slug": NOWHERE, **dict.fromkeys(parts(OWN), NOBODY)}


def _of_plans(world: World, wanted: set[str], kind: str) -> Candidates:
    if "secret" in wanted:
        yield "the address", {"secret": world.ids[f"{kind} {OWN}"]}
        yield "guessed", {"secret": "guessed"}
        return
    for label, slug in WHOSE.items():
        yield f"{label} plan", {"slug": slug, "number": world.ids[f"{kind} {slug}"]}
    yield "own, of the other", {"slug": OWN, "number": world.ids[f"{kind} {OTHER}"]}
    yield "none", {"slug": NOWHERE, "number": NOBODY}


def _of_plan_parts(world: World, wanted: set[str], endpoint: str) -> Candidates:
    """A version, a progress round (the second one is open) or a remark of a plan."""
    number = 1 if endpoint in {"show_version", "download_decision", "correct_decision", "show_public_report"} else 2

    def parts(slug: str) -> dict[str, int]:
        known = {"number": number, "remark_id": world.ids[f"plan remark {slug}"], "action_id": world.ids[f"told {slug}"]}
        return {name: value for name, value in known.items() if name in wanted}

    for label, slug in WHOSE.items():
        yield f"{label} plan", {"slug": slug, **parts(slug)}
    if wanted & {"remark_id", "action_id"}:
        yield "own, of the other", {"slug": OWN, **parts(OTHER)}
    yield "none", {"slug": NOWHERE, **dict.fromkeys(parts(OWN), NOBODY)}


def _of_rounds(world: World, wanted: set[str], endpoint: str) -> Candidates:
    """A round that is closed, or still planned. ``number`` is a commitment, or what was frozen."""
    number = {"number": world.ids["round snapshot"] if endpoint == "download_snapshot" else 1}
    for slug in (CLOSED, PLANNED) if endpoint in OF_PLANNED else (CLOSED,):
        yield slug.removeprefix("matrix-"), _given(wanted, round_slug=slug, **number)
    yield "none", _given(wanted, round_slug="no-such-round", **number)


def _of_reports(world: World, rule: Rule, wanted: set[str]) -> Candidates:
    cities = {"own": OWN, "other": OTHER, "none": NOWHERE} if "city" in wanted else {"": ""}
    for label, city in cities.items():
        yield f"with the cities {label}".strip(), _given(wanted, slug=world.ids["report"], number=1, city=city)
    if "city" not in wanted and not rule.rule.startswith("/<language:language_code>/work/"):
        topic = {"topic": "findings"} if wanted == {"slug", "topic"} else {}
        for number in (1, 2) if "number" in wanted else (1,):
            label = "public" if number == 1 else "public, not made yet"
            yield label, _given(wanted, slug="matrix-public", number=number, city=city, **topic)
    if "city" not in wanted:
        yield "none", _given(wanted, slug="no-such-report", number=1)
