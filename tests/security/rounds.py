"""What the world of the matrix has of reporting: a closed round whose answers are public and an open one, a report, plans."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import reporting_world
from reporting_world import GOOD, STRUCTURE, attach, fill, make_round, make_version, step, words

from icportal.content import services as content
from icportal.core.actors import Actor
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.files import keep, keep_data
from icportal.core.filetypes import FileKind
from icportal.plans import feeds, loaded, progress
from icportal.plans.models import PlanImport
from icportal.plans.services import actions as plans
from icportal.plans.services import calendars, indicators, reviewing
from icportal.plans.services import printing as plan_printing
from icportal.plans.services import progress as telling
from icportal.plans.services import remarking as plan_remarking
from icportal.plans.services.actions import Draft, IndicatorDraft, MilestoneDraft
from icportal.reporting import sharing
from icportal.reporting.enums import EvidenceKind, RemarkKind, ReportState, Visibility
from icportal.reporting.exchange.writing import write_workbook
from icportal.reporting.models import Remark, Report, ReportEdition, ReportFile, ReportPage, Response, Round
from icportal.reporting.services import deadlines, evidence, importing, mentions, questionnaires, remarking, reports, rounds
from icportal.reporting.services import sharing as giving
from icportal.reporting.services.sharing import Colleague
from icportal.reporting.workbooks import book_for

if TYPE_CHECKING:
    from security.world import World

CLOSED, OPEN, PLANNED = "matrix-closed", "matrix-open", "matrix-planned"
OWN, OTHER = "vienna", "oulu"
#: A city that takes part in no round.
NOWHERE = "toronto"
#: A grade of section c04 that is low: what is said of it, and of budgets, is not for everybody.
LOW = {"c04_grade": "not_at_all"}


@dataclass(frozen=True)
class People:
    """Who acts here: the officers and mayor's offices by city, and the coordinator."""

    officers: dict[str, Actor]
    mayors: dict[str, Actor]
    coordinator: Actor


def fill_rounds(world: World, people: People, readers: dict[str, frozenset[str]]) -> None:
    """``readers`` are the roles that may read what a city keeps to itself."""
    version = make_version(STRUCTURE, code="matrix")
    last = make_round(version, number=91, slug=CLOSED)
    this = make_round(version, number=92, slug=OPEN, previous_id=last.id)
    make_round(version, number=93, slug=PLANNED, is_open=False)
    network = frozenset().union(*readers.values()) | {"translator", "reviewer"}
    for slug in (OWN, OTHER):
        response = _published(world, last, slug, people)
        _letter(world, response, slug, people.coordinator)
        word, own = f"canaryround{slug}", readers[slug]
        world.canaries |= {f"{word}{each}": own for each in ("city", "comment", "titlecity", "evidencecity", "letter")}
        world.canaries |= {f"{word}{each}": network for each in ("low", "network", "annex", "titlenetwork", "evidencenetwork")}
        _draft(world, this, slug, people, readers[slug])
        _plan(world, slug, people.officers[slug], readers[slug])
        _plan_on_its_way(world, slug, people, readers[slug])
    frozen = rounds.close_round(last, actor=people.coordinator)
    db.session.commit()
    world.ids["round snapshot"] = frozen.id
    _questionnaire(world, people.coordinator, readers)
    _report(world, last, people, network)
    _edition(world, this, people.coordinator)


# --- a city ------------------------------------------------------------------------------------------------


def _respond(round_: Round, slug: str) -> Response:
    response = Response(round_id=round_.id, city_id=reporting_world.make_city(slug).id)
    db.session.add(response)
    db.session.flush()
    return response


def _published(world: World, round_: Round, slug: str, people: People) -> Response:
    """Answers of every width, and files and evidence behind them; taken through every step to the public."""
    word, officer = f"canaryround{slug}", people.officers[slug]
    response = _respond(round_, slug)
    annex = _file(response, f"{word}annex", officer)
    said: dict[str, Any] = {
        **GOOD, **LOW,
        "c04_explanation": f"{word}low",
        "c01_challenges": {"value": f"{word}network", "visibility": Visibility.NETWORK, "visibility_chosen": True},
        "c01_plans": {"value": f"{word}city", "visibility": Visibility.CITY, "visibility_chosen": True},
        "annex": {"value": annex.key, "visibility": Visibility.NETWORK, "visibility_chosen": True},
        "office": {"value": "Integration office", "comment": f"{word}comment"},
    }  # fmt: skip
    fill(response, said, author=officer)
    for name in Visibility:
        behind = "c01_grade"
        kept = _file(response, f"{word}evidence{name}", officer)
        found = attach(
            response, behind, kind=EvidenceKind.FILE, url="", title=f"{word}title{name}", file_id=kept.id, visibility=name
        )
        world.ids[f"evidence {slug} {name}"] = found.id
        world.ids[f"file {slug} {name}"] = kept.key
    for name, who in (
        ("ask_sign_off", officer), ("sign_off", people.mayors[slug]), ("accept", people.coordinator), ("publish", people.coordinator),
    ):  # fmt: skip
        step(response, name, who)
    return response


def _letter(world: World, response: Response, slug: str, coordinator: Actor) -> None:
    world.ids[f"letter {slug}"] = remarking.write_letter(response, f"canaryround{slug}letter", actor=coordinator).id


def _draft(world: World, round_: Round, slug: str, people: People, own: frozenset[str]) -> None:
    """A response that is being answered: a section given away, a remark, a request for more time, a workbook that came in."""
    word, officer = f"canarydraft{slug}", people.officers[slug]
    response = _respond(round_, slug)
    annex = _file(response, f"{word}annex", officer)
    fill(response, {"office": f"{word}answer", "c01_grade": "not_at_all", "annex": annex.key}, author=officer)
    remark = Remark(
        response_id=response.id, section="about", question="office", kind=RemarkKind.CHANGE, text=f"{word}remark",
        author_id=people.coordinator.id, created_at=now(),
    )  # fmt: skip
    db.session.add(remark)
    db.session.flush()
    found = evidence.add_to_answer(
        response, "c01_grade", evidence.EvidenceFacts(kind=EvidenceKind.STATEMENT, title=f"{word}evidence", text=f"{word}text"),
        actor=officer,
    )  # fmt: skip
    guest = Colleague("A colleague", f"{word}guest@city.example", f"{word}department", "en")
    share = giving.share_section(response, "about", guest, actor=officer, note="Whoever has the link reads this.")
    asked_for = deadlines.ask_extension(response, actor=officer, until=response.due + timedelta(days=9), reason=f"{word}reason")
    book = write_workbook(book_for(response, reporting_world.make_city(slug), "en"))
    city = reporting_world.make_city(slug)
    import_ = importing.receive_answers(response, city, io.BytesIO(book), f"{word}import.xlsx", actor=officer, written_in="en")
    world.ids |= {
        f"remark {slug}": remark.id, f"share {slug}": share.id, f"extension {slug}": asked_for.id, f"import of {slug}": import_.id,
        f"evidence {slug}": found.id, f"link {slug}": sharing.token_of(share),
    }  # fmt: skip
    told = ("answer", "annex", "remark", "evidence", "text", "guest@", "department", "reason", "import")
    world.canaries |= {f"{word}{each}": own for each in told}


def _file(response: Response, name: str, officer: Actor) -> Any:
    from security.world import paper

    return keep(paper(name), f"{name}.pdf", kind=FileKind.PDF, actor=officer, city_id=response.city_id)


def _plan(world: World, slug: str, officer: Actor, own: frozenset[str]) -> None:
    word = f"canaryplan{slug}"
    draft = Draft(
        f"{word}title", owner_person=f"{word}person", commitments=(1,), internal_note=f"{word}note",
        milestones=(MilestoneDraft(f"{word}step", today()),), indicators=(IndicatorDraft(f"{word}gauge"),),
    )  # fmt: skip
    city = reporting_world.make_city(slug)
    action = plans.create_action(city, draft, actor=officer)
    parts = {"action": action.id, "milestone": action.milestones[0].id, "indicator": action.indicators[0].id}
    world.ids |= {f"{part} {slug}": number for part, number in parts.items()}
    told = indicators.report_value(action, parts["indicator"], value=Decimal(1), on=today(), note=f"{word}value", actor=officer)
    world.ids[f"value {slug}"] = told.id
    plan = loaded.plan_row(city)
    assert plan is not None
    calendars.renew_calendar(plan, actor=officer)
    world.ids[f"plan calendar {slug}"] = feeds.secret_of(plan)
    world.ids[f"plan print {slug}"] = plan_printing.request_gantt(city, "en", actor=officer).id
    book = keep(b"PK", f"{word}book.xlsx", kind=FileKind.WORKBOOK, actor=officer, city_id=city.id)
    came_in = PlanImport(plan_id=plan.id, city_id=city.id, file_id=book.id, sha256="", language="en", created_by=officer.id)
    db.session.add(came_in)
    db.session.flush()
    world.ids[f"plan import {slug}"] = came_in.id
    world.canaries[f"{word}book"] = own
    world.canaries |= {f"{word}{each}": own for each in ("title", "person", "note", "step", "gauge", "value")}


def _plan_on_its_way(world: World, slug: str, people: People, own: frozenset[str]) -> None:
    """A version that is public, with a remark and an open progress round; the city writes the next version."""
    word, officer, city = f"canarytold{slug}", people.officers[slug], reporting_world.make_city(slug)
    draft = Draft(
        "Everybody reads this", outcome="Seen", body="Done", commitments=(1,), owner_body="Office", owner_person=f"{word}person",
        people=f"{word}people", internal_note=f"{word}note", starts_on=today(), due_on=today() + timedelta(days=9),
        indicators=(IndicatorDraft("Seen by", "people", Decimal(0), today(), Decimal(9), today() + timedelta(days=9)),),
    )  # fmt: skip
    action = plans.create_action(city, draft, actor=officer)
    version = reviewing.submit_plan(city, actor=officer, seen=None)
    remark = plan_remarking.add_remark(
        city, kind="note", text=f"{word}remark", action_id=None, language="en", actor=people.coordinator
    )
    reviewing.decide_review(city, "agree", actor=people.coordinator, seen_sha256=version.sha256)
    from security.world import paper

    reviewing.endorse_plan(
        city, reviewing.Decision("The council", today()), actor=people.mayors[slug], seen_sha256=version.sha256,
        upload=reviewing.Upload(io.BytesIO(paper("decision")), "decision.pdf"),
    )  # fmt: skip
    reviewing.move_plan(city, "publish", actor=officer, seen=None)
    first = telling.begin_round(city, due_on=today(), actor=officer)
    telling.write_note(first, city, action.id, telling.NoteDraft("Public words", f"{word}inside", "en"), actor=officer, seen=0)
    note = progress.opened(city, first).line(action.id).note
    assert note is not None
    telling.approve(first, city, {note.id: note.version}, actor=people.coordinator)
    telling.move_round(first, city, "close", actor=officer, seen=None)
    second = telling.begin_round(city, due_on=today(), actor=officer)
    telling.write_note(second, city, action.id, telling.NoteDraft(f"{word}text", f"{word}second", "en"), actor=officer, seen=0)
    reviewing.move_plan(city, "revise", actor=officer, seen=None, reason=f"{word}reason")
    world.ids |= {f"plan remark {slug}": remark.id, f"told {slug}": action.id}
    told = ("person", "people", "note", "remark", "inside", "text", "second", "reason")
    world.canaries |= {f"{word}{each}": own for each in told}


# --- the network -------------------------------------------------------------------------------------------


def _questionnaire(world: World, coordinator: Actor, readers: dict[str, frozenset[str]]) -> None:
    """One that is being written, with a remark on it."""
    made = questionnaires.create_questionnaire(
        actor=coordinator, code="matrix-draft", language="en", title="canaryquestionstitle"
    )
    text = dict.fromkeys(words(STRUCTURE, "en"), "canaryquestionstext")
    questionnaires.save_structure(made, STRUCTURE, actor=coordinator, seen=made.version, words=text)
    remark = content.add_comment(made.item.source, actor=coordinator, field="", text="canaryquestionsremark")
    world.ids |= {"questionnaire": made.id, "comment questionnaire": remark.id}
    everybody = frozenset().union(*readers.values()) & {"coordinator", "administrator"} | {"translator", "reviewer"}
    world.canaries |= {"canaryquestionstitle": everybody, "canaryquestionstext": everybody}
    world.canaries["canaryquestionsremark"] = everybody


def _report(world: World, round_: Round, people: People, network: frozenset[str]) -> None:
    """A report that the cities are asked about; one of them objects."""
    report = reports.create_report(round_, language="en", actor=people.coordinator)
    chapter = next(each for each in report.chapters if each.topic == "c01")
    source = chapter.item.source
    assert source.head is not None
    text = f"{source.head.body['text']}\n\ncanaryreporttext"
    reports.save_chapter(source, {**source.head.body, "text": text}, actor=people.coordinator, seen=source.version)
    remark = content.add_comment(source, actor=people.coordinator, field="", text="canaryreportremark")
    reports.ask_cities(report, today() + timedelta(days=30), actor=people.coordinator)
    for slug in (OWN, OTHER):
        city = reporting_world.make_city(slug)
        first = mentions.mentions_of(report, city_id=city.id)[0]
        answers = {first.id: ("objected", f"canaryreport{slug}objection")}
        mentions.decide_mentions(report, city, answers, actor=people.officers[slug])
        mine = {"officer", "mayor"} if slug == OWN else {"other officer", "other mayor"}
        world.canaries[f"canaryreport{slug}objection"] = frozenset(mine | {"coordinator", "administrator"})
    world.ids |= {"report": report.slug, "chapter": chapter.id, "comment chapter": remark.id}
    world.canaries |= {"canaryreporttext": network, "canaryreportremark": network}


def _edition(world: World, round_: Round, coordinator: Actor) -> None:
    """A report that everybody reads, written straight into the tables."""
    report = Report(slug="matrix-public", round_id=round_.id, language="en", state=ReportState.DRAFT, created_by=coordinator.id)
    db.session.add(report)
    db.session.flush()
    reports.draft_chapters(report, actor=coordinator)
    report.state = ReportState.PUBLISHED
    edition = ReportEdition(report_id=report.id, number=1, sources={"en": [["cover", 1, 1]]}, created_by=None, frozen_at=now())
    unfinished = ReportEdition(report_id=report.id, number=2, sources={"en": [["cover", 1, 1]]}, created_by=None)
    db.session.add_all([edition, unfinished])
    db.session.flush()
    for position, topic in enumerate(("cover", "findings")):
        db.session.add(
            ReportPage(
                edition_id=edition.id, language="en", position=position, topic=topic, title=topic.title(), html="<p>Public.</p>",
                sha256="0" * 64,
            )
        )  # fmt: skip
    kept = keep_data(b"a,b\n", "data.csv", media_type="text/csv", actor=coordinator)
    db.session.add(
        ReportFile(
            edition_id=edition.id, name="data.csv", form="CSV", media_type=kept.media_type, sha256=kept.sha256, size=kept.size,
            file_id=kept.id,
        )
    )  # fmt: skip
    db.session.flush()
