"""Reading one language version before it is decided on, remarks to its fields, and deciding several at once."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.content import queries as content_queries
from icportal.content import services as content
from icportal.content.enums import Permission as ContentPermission
from icportal.content.flow import CONTENT
from icportal.content.models import LanguageVersion
from icportal.core.errors import DomainError, InvalidTransition
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.practices import comparison, desk, services
from icportal.practices.enums import KIND, Permission
from icportal.practices.forms import CommentForm, EmptyForm
from icportal.practices.kind import FIELDS
from icportal.practices.models import Practice
from icportal.practices.views.authoring import refused, workspace_page
from icportal.practices.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number
from icportal.workflow import engine


@blueprint.get("/work/practices/<int:practice_id>/<slug:code>")
@requires(ContentPermission.VIEW_DRAFT)
def review(practice_id: int, code: str) -> Answer:
    """The newest text of one language, what changed in it, the remarks, and the steps from here."""
    practice, version = _opened(practice_id, code)
    return _page(practice, version)


def _opened(practice_id: int, code: str) -> tuple[Practice, LanguageVersion]:
    practice = desk.open_practice(practice_id, actor=current_actor())
    version = desk.version_in(practice, code)
    authorise(current_actor(), ContentPermission.VIEW_DRAFT, version)
    return practice, version


def _page(
    practice: Practice,
    version: LanguageVersion,
    *,
    form: Any = None,
    comment: CommentForm | None = None,
    status: int = 200,
    reasons: dict[str, str] | None = None,
) -> Answer:
    actor = current_actor()
    comments = content_queries.comments_on(version.id)
    head, published = version.head, version.published
    return render_template(
        "practices/work_review.html",
        practice=practice,
        version=version,
        written_in=CONTENT_LANGUAGES[version.language],
        source_in=CONTENT_LANGUAGES[practice.item.source_language],
        head=head,
        fields=FIELDS,
        changes=comparison.compare(published.body if published else {}, head.body if head else {}),
        facts=comparison.compare_facts(published.facts if published else None, head.facts if head else None)
        if version.is_source
        else [],
        new_files=head.facts["files"] if version.is_source and head and head.facts else [],
        answers=[] if version.is_source else content_queries.answers(version),
        words=comparison.words,
        comments=comments,
        labels={field.name: field.label for field in FIELDS},
        names=desk.names_of(
            {each for c in comments for each in (c.author_id, c.settled_by)} | {head.author_id if head else None}
        ),
        moves=engine.moves(CONTENT, version, actor=actor),
        flow=CONTENT,
        may_comment=can(actor, ContentPermission.COMMENT, version),
        comment=comment or CommentForm(formdata=None),
        form=form if form is not None else comment,
        reasons=reasons,
    ), status


@blueprint.post("/work/practices/<int:practice_id>/<slug:code>/move")
@requires(ContentPermission.VIEW_DRAFT)
def move(practice_id: int, code: str) -> Answer:
    """Take a step of the workflow; refused, the page comes again with the reason typed."""
    practice, version = _opened(practice_id, code)
    name, reason = request.form.get("transition", ""), request.form.get("reason", "")
    on_workspace = request.args.get("page") == "workspace"
    try:
        services.move_version(
            practice,
            version,
            name,
            actor=current_actor(),
            seen=request.form.get("version", type=row_number),
            seen_hash=request.form.get("seen_hash", ""),
            reason=reason,
        )
    except DomainError as error:
        status = 422 if isinstance(error, InvalidTransition) and error.field else error.status
        form, reasons = refused(error), {name: reason}
        if on_workspace:
            return workspace_page(practice, form, status, reasons)
        return _page(practice, version, form=form, status=status, reasons=reasons)
    state = CONTENT.state(version.state)
    flash(_("Done: the text is now “%(state)s”.", state=state.label), "success")
    return redirect(url_for("practices.workspace", practice_id=practice.id), 303)


@blueprint.post("/work/practices/<int:practice_id>/<slug:code>/comments")
@requires(ContentPermission.COMMENT)
def add_comment(practice_id: int, code: str) -> Answer:
    """Remark on a field or on the whole text."""
    practice, version = _opened(practice_id, code)
    form = CommentForm()
    if form.validate():
        try:
            content.add_comment(version, actor=current_actor(), field=form.field.data or "", text=form.text.data or "")
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Your remark is there."), "success")
            return redirect(url_for("practices.review", practice_id=practice.id, code=code) + "#comments", 303)
    return _page(practice, version, comment=form, status=422)


@blueprint.post("/work/practices/<int:practice_id>/<slug:code>/comments/<int:comment_id>/settle")
@requires(ContentPermission.COMMENT)
def settle_comment(practice_id: int, code: str, comment_id: int) -> Answer:
    """Mark a remark as dealt with."""
    _practice, version = _opened(practice_id, code)
    content.settle_comment(version, comment_id, actor=current_actor())
    return redirect(url_for("practices.review", practice_id=practice_id, code=code) + "#comments", 303)


@blueprint.route("/work/practices/review", methods=["GET", "POST"])
@requires(Permission.BULK)
def review_list() -> Answer:
    """What waits for this reviewer, to be read one by one or published together."""
    form = EmptyForm()
    if request.method == "POST" and form.validate():
        try:
            done = services.approve_many(_ticked(), actor=current_actor())
        except DomainError as error:
            return _review_list(refused(error), error.status)
        flash(_("%(count)s texts are published.", count=len(done)), "success")
        return redirect(url_for("practices.review_list"), 303)
    return _review_list(form, 422) if request.method == "POST" else _review_list(None, 200)


def _ticked() -> list[services.Approval]:
    found = []
    for value in request.form.getlist("text"):
        version_id, _colon, seen_hash = value.partition(":")
        if version_id.isdigit() and len(version_id) < 10:  # noqa: PLR2004  a row number
            found.append(services.Approval(int(version_id), seen_hash))
    return found


def _review_list(form: Any, status: int) -> Answer:
    query = content_queries.versions_waiting_for(current_actor(), KIND).get("review")
    texts = desk.to_review(query) if query is not None else []
    lines = {version.id: comparison.facts_line(version) for version, _row in texts}
    return render_template(
        "practices/work_review_list.html", texts=texts, lines=lines, form=form, ticked=request.form.getlist("text")
    ), status
