"""The page of a section, the same for members of the city and for guests with a link: shown, saved, saved as one types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from icportal.cities.models import City
from icportal.core.actors import Actor
from icportal.core.clock import now, today
from icportal.core.errors import DomainError, NotAllowed, NotFound, Stale
from icportal.core.files import accept_upload
from icportal.core.permissions import can, why_not
from icportal.core.strings import Text, _
from icportal.i18n.catalogues import current_language
from icportal.practices.desk import languages_to_write_in
from icportal.reporting import checking, labels, responses, section_desk
from icportal.reporting.asked import asked
from icportal.reporting.enums import Permission
from icportal.reporting.evidence_forms import EvidenceForm
from icportal.reporting.handing_on import VERB, Possible, offers_at, title_field
from icportal.reporting.models import Response, SectionShare
from icportal.reporting.question_fields import field_id
from icportal.reporting.response_forms import Sent, Then, evidence_form, read_section
from icportal.reporting.rules import Place
from icportal.reporting.section_desk import SectionDesk
from icportal.reporting.services import answering, evidence
from icportal.reporting.services.handing_on import hand_on
from icportal.reporting.views.pages import Answer
from icportal.web.cycle import commit
from icportal.web.routing import row_number

UNPROCESSABLE = 422


@dataclass(frozen=True)
class Way:
    """How somebody came to a section: as a member of the city, or as a guest by ``token``."""

    response: Response
    city: City
    section: str
    actor: Actor
    share: SectionShare | None = None
    token: str = ""

    @property
    def is_guest(self) -> bool:
        return self.share is not None

    def url(self, page: str = "", section: str = "", **values: Any) -> str:
        """The section's page, or what stands beside it: ``autosave``, ``evidence``, ``file``."""
        if self.is_guest:
            names = {"": "open_link", "autosave": "autosave_link", "evidence": "link_evidence", "file": "link_file"}
            return url_for(f"reporting.{names[page]}", token=self.token, **values)
        where: dict[str, Any] = {"round_slug": self.response.round.slug, "slug": self.city.slug}
        if page == "evidence":
            return url_for("reporting.download_evidence", slug=self.city.slug, **values)
        names = {"": "answer_section", "autosave": "autosave_section", "file": "download_answer_file"}
        return url_for(f"reporting.{names[page]}", **where, section=section or self.section, **values)


@dataclass
class Summary:
    """What is wrong on the page, as (id of the field, sentence). With ``saved`` the page itself lists it, and says that the
    rest was saved; else the base template does.
    """

    problems: Sequence[tuple[str, str]]
    saved: bool = False

    @property
    def errors(self) -> Sequence[tuple[str, str]]:
        return () if self.saved else self.problems


# --- shown -------------------------------------------------------------------------------------------------


def show(way: Way, *, checked: bool = False) -> Answer:
    """The section as it stands; with ``checked``, with what the check found at its questions."""
    desk = _opened(way)
    if checked:
        section_desk.put_findings(desk, checking.check(way.response, way.section))
    return page(way, desk)


def page(
    way: Way, desk: SectionDesk, *, sent: Sent | None = None, summary: Summary | None = None,
    new: Mapping[str, EvidenceForm] | None = None, status: int = 200,
) -> Answer:  # fmt: skip
    """The page with what was typed, and what is wrong with it."""
    place = Place(way.response, way.section)
    before, after = desk.neighbours()
    languages = languages_to_write_in([way.city])
    writes = sent.language if sent else desk.written_in or next(iter(languages)).code
    answered = make_response(
        render_template(
            "reporting/response_section.html",
            way=way, desk=desk, city=way.city, response=way.response, round=way.response.round,
            city_name=way.city.name_in(current_language().code), edition=labels.edition(way.response.round),
            before="" if way.is_guest else before, after="" if way.is_guest else after,
            form=summary if summary and summary.problems else None,
            new=_new_forms(desk, writes, new or {}), then=sent.then if sent else Then(),
            replies=sent.replies if sent else {},
            may_answer=can(way.actor, Permission.ANSWER, place), reasons=why_not(way.actor, Permission.ANSWER, place),
            tongues=languages, writes=writes, labels=labels, today=today(), handing=_handing(way, desk),
        ),
        status,
    )  # fmt: skip
    answered.headers["Cache-Control"] = "no-store"
    return answered


def _handing(way: Way, desk: SectionDesk) -> dict[str, list[Possible]]:
    """What the answers on the page can become, and what they have become."""
    answers = {row.name: row.answer for row in desk.rows}
    is_typed = can(way.actor, Permission.ANSWER, Place(way.response, way.section))
    return offers_at(way.response, way.city, desk.section, answers, desk.asked, actor=way.actor, is_typed=is_typed)


def _opened(way: Way) -> SectionDesk:
    return section_desk.open_section(way.response, way.city, way.section, current_language().code, is_guest=way.is_guest)


def _new_forms(desk: SectionDesk, writes: str, sent: Mapping[str, EvidenceForm]) -> dict[str, EvidenceForm]:
    """A form for new evidence at each answer that asks for it."""
    return {
        row.name: sent.get(row.name) or evidence_form(row.name, writes, is_sent=False) for row in desk.rows if row.wants_evidence
    }


# --- saved -------------------------------------------------------------------------------------------------


def receive(way: Way) -> Answer:
    """Save what was typed, then do what the button says. Nothing typed is lost, whatever is refused."""
    sent = _sent(way)
    try:
        before = responses.relevance_of(way.response, responses.answers_of(way.response)).questions
        saved = _save(way, sent)
    except Stale as error:
        return _overtaken(way, sent, error)
    except NotFound:
        raise
    except DomainError as error:
        told = [str(each) for each in error.reasons] if isinstance(error, NotAllowed) else []
        return _refused(way, sent, Summary([("", sentence) for sentence in told or [str(error.message)]]), status=error.status)
    if sent.errors:
        commit()
        problems = [(target, str(told)) for target, found in sent.errors.items() for told in found]
        return _refused(way, sent, Summary(problems, saved=True), status=UNPROCESSABLE)
    if sent.then.verb == "rows":
        return _refused(way, sent, Summary([]), status=200)
    new = {}
    if sent.then.verb == "add":
        new = {sent.then.question: evidence_form(sent.then.question, sent.language, is_sent=True)}
    commit()
    try:
        _keep_files(way, sent)
        _act(way, sent, new)
    except DomainError as error:
        placed = Summary(_placed(way, error, sent.then, new), saved=True)
        return _refused(way, sent, placed, new=new, status=error.status)
    return _onwards(way, sent, before, saved)


def _sent(way: Way) -> Sent:
    section = responses.section_of(way.response, way.section)
    words = asked(way.response.round.questionnaire_version, current_language().code)
    return read_section(section, request.form, request.files, words, current_language().code)


def _save(way: Way, sent: Sent) -> answering.Saved:
    saved = answering.save_section(
        way.response, way.section, sent.typed, actor=way.actor, language=sent.language, share=way.share
    )
    for number, text in sent.replies.items():
        answering.reply_to_remark(way.response, number, text, actor=way.actor)
    return saved


def _keep_files(way: Way, sent: Sent) -> None:
    """Put files that were sent into their answers, and take those away that are to go."""
    for question, upload in sent.files.items():
        key = None
        if upload is not None:
            kept = accept_upload(
                upload.stream, upload.filename or "", kinds=evidence.KINDS, actor=way.actor, city_id=way.city.id, field=question
            )
            key = kept.key
        answering.set_file(way.response, question, key, actor=way.actor, share=way.share)


def _act(way: Way, sent: Sent, new: Mapping[str, EvidenceForm]) -> None:
    """What the button says, beside saving: about one answer, or about the section."""
    response, then = way.response, sent.then
    by: dict[str, Any] = {"actor": way.actor, "share": way.share}
    match then.verb:
        case "still":
            answering.confirm_still_true(response, then.question, **by)
        case "unstill":
            answering.take_back_still_true(response, then.question, **by)
        case "attach":
            evidence.attach_evidence(response, then.question, _chosen(then.question), **by)
        case "detach":
            evidence.detach_evidence(response, then.question, then.number, **by)
        case "add":
            _add(way, then.question, new[then.question])
        case verb if verb.startswith(VERB):
            _hand_on(way, then)
        case _:
            _mark(way, then.verb)


def _mark(way: Way, verb: str) -> None:
    """Say that the section is complete, or not after all."""
    if verb == "complete":
        answering.complete_section(way.response, way.section, actor=way.actor, share=way.share)
    elif verb == "reopen":
        answering.reopen_section(way.response, way.section, actor=way.actor, share=way.share)


def _hand_on(way: Way, then: Then) -> None:
    key = then.verb.removeprefix(VERB)
    hand_on(way.response, then.question, key, request.form.get(title_field(key, then.question), ""), actor=way.actor)


def _chosen(question: str) -> int:
    """The number of the evidence that was chosen of the city's list."""
    number = request.form.get(f"evidence.{question}", type=row_number)
    if not number:
        raise DomainError(_("Choose a piece of evidence first."), f"evidence.{question}")
    return int(number)


def _add(way: Way, question: str, form: EvidenceForm) -> None:
    if not form.validate():
        raise DomainError(_("Please look at the new evidence once more."), f"new-{question}")
    evidence.add_to_answer(way.response, question, form.facts(), actor=way.actor, upload=form.upload, share=way.share)


def _placed(way: Way, error: DomainError, then: Then, new: Mapping[str, EvidenceForm]) -> list[tuple[str, str]]:
    """Where each problem is to be mended: at a field of the new evidence, or at the question."""
    form = new.get(then.question)
    if form is not None:
        form.refuse(error)
        return form.problems or [("", str(error.message))]
    questions = {question.name for question in responses.section_of(way.response, way.section).questions}
    return [(field_id(target) if target in questions else target or "", str(message)) for target, message in error.problems]


def _onwards(way: Way, sent: Sent, before: frozenset[str], saved: answering.Saved) -> Answer:
    """To the next section where that was asked for and this one has no questions that only now appeared."""
    desk = _opened(way)
    own = {question.name for question in desk.section.questions}
    appeared = (desk.shown.questions - before) & own
    anchor = f"#{field_id(sent.then.question)}" if sent.then.question else ""
    if appeared:
        flash(_("Saved. Your answers have opened further questions on this page."), "success")
        return redirect(way.url() + f"#{field_id(min(appeared))}", 303)
    flash(_said(sent.then.verb, changed=bool(saved.questions)), "success")
    if sent.then.verb in {"next", "complete"} and not way.is_guest:
        after = desk.neighbours()[1]
        if after and sent.then.verb == "next":
            return redirect(way.url(section=after), 303)
        return redirect(url_for("reporting.show_response", round_slug=way.response.round.slug, slug=way.city.slug), 303)
    return redirect(way.url() + anchor, 303)


def _said(verb: str, *, changed: bool) -> str:
    told = {
        "still": _("Noted as still true today."),
        "unstill": _("No longer called still true."),
        "attach": _("The evidence stands behind this answer now."),
        "add": _("The evidence stands behind this answer now."),
        "detach": _("The evidence no longer stands behind this answer. It stays in your city’s list."),
        "complete": _("The section is complete."),
        "reopen": _("The section is open again."),
    }
    if verb.startswith(VERB):
        return _("Made. The link to it stands at the answer.")
    return told.get(verb) or (_("Saved.") if changed else _("Nothing had changed."))


# --- refused -----------------------------------------------------------------------------------------------


def _refused(way: Way, sent: Sent, summary: Summary, *, new: Mapping[str, EvidenceForm] | None = None, status: int) -> Answer:
    desk = _opened(way)
    section_desk.retype(desk, sent.typed, sent.fields, _at_fields(sent, summary.problems))
    return page(way, desk, sent=sent, summary=summary, new=new, status=status)


def _at_fields(sent: Sent, problems: Sequence[tuple[str, str]]) -> dict[str, list[Text]]:
    found: dict[str, list[Text]] = {target: list(told) for target, told in sent.errors.items()}
    for target, sentence in problems:
        if target and target not in sent.errors:
            found.setdefault(target, []).append(sentence)
    return found


def _overtaken(way: Way, sent: Sent, error: Stale) -> Answer:
    """Both versions beside the fields: what was typed stays there, and saving again is a choice."""
    desk = _opened(way)
    section_desk.retype(desk, sent.typed, sent.fields, sent.errors)
    section_desk.show_both(desk, error.differences, current_language().code)
    problems = [
        (field_id(str(name)), checking.about(desk.asked.label(str(name)), error.message))
        for name, _mine, _theirs in error.differences
    ]
    return page(way, desk, sent=sent, summary=Summary(problems or [("", str(error.message))]), status=error.status)


# --- saved as one types ------------------------------------------------------------------------------------


def autosave(way: Way) -> Answer:
    """Save what can be saved and say so as data: the new version and the seals of what was sent."""
    sent = _sent(way)
    try:
        saved = _save(way, sent)
    except Stale as error:
        return {"error": str(error.message), "url": way.url(), "differences": _both(way, error)}, error.status
    told: dict[str, Any] = {
        "saved": now().isoformat(),
        "version": saved.version,
        "fields": {f"seen.{question}": mark for question, mark in saved.seals.items()},
    }
    if sent.errors:
        commit()
        return {**told, "error": " ".join(str(each) for found in sent.errors.values() for each in found)}, UNPROCESSABLE
    return told


def _both(way: Way, error: Stale) -> list[dict[str, str]]:
    desk = _opened(way)
    section_desk.show_both(desk, error.differences, current_language().code)
    return [
        {"field": field_id(row.name), "label": desk.asked.label(row.name), "mine": row.mine.plain, "theirs": row.theirs.plain}
        for row in desk.rows
        if row.mine is not None and row.theirs is not None
    ]
