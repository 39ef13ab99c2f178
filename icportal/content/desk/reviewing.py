"""Reading one language version before it is decided on, the steps from there, and remarks to its fields."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request

from icportal.content import queries
from icportal.content import services as content
from icportal.content.desk.comparison import compare
from icportal.content.desk.forms import CommentForm
from icportal.content.desk.opening import Answer, OpenText, refused
from icportal.content.enums import Permission
from icportal.content.flow import CONTENT
from icportal.core.errors import DomainError, InvalidTransition
from icportal.core.permissions import can
from icportal.core.strings import _
from icportal.web.identity import current_actor
from icportal.web.routing import row_number
from icportal.workflow import engine


def review(text: OpenText) -> Answer:
    """The newest text of one language, what changed in it, the remarks, and the steps from here."""
    return _page(text)


def _page(
    text: OpenText,
    *,
    form: Any = None,
    comment: CommentForm | None = None,
    status: int = 200,
    reasons: dict[str, str] | None = None,
) -> Answer:
    actor, version, desk = current_actor(), text.version, text.desk
    comments = queries.comments_on(version.id)
    head, published = version.head, version.published
    told = {each for one in comments for each in (one.author_id, one.settled_by)} | {head.author_id if head else None}
    return render_template(
        "content/review.html",
        text=text,
        version=version,
        written_in=text.written_in,
        source_in=text.source_in,
        head=head,
        changes=compare(text.known_fields(), published.body if published else {}, head.body if head else {}),
        facts=desk.compare_facts(published.facts if published else None, head.facts if head else None)
        if version.is_source
        else [],
        answers=[] if version.is_source else queries.answers(version),
        comments=comments,
        labels=text.labels,
        names=desk.people(told),
        moves=engine.moves(CONTENT, version, actor=actor),
        flow=CONTENT,
        may_comment=can(actor, Permission.COMMENT, version),
        comment=comment or CommentForm(text.fields, formdata=None),
        form=form if form is not None else comment,
        reasons=reasons,
    ), status


def move(text: OpenText) -> Answer:
    """Take a step of the workflow; refused, the page comes again with the reason typed."""
    name, reason = request.form.get("transition", ""), request.form.get("reason", "")
    try:
        text.desk.move(
            text.subject,
            text.version,
            name,
            actor=current_actor(),
            seen=request.form.get("version", type=row_number),
            seen_hash=request.form.get("seen_hash", ""),
            reason=reason,
        )
    except DomainError as error:
        status = 422 if isinstance(error, InvalidTransition) and error.field else error.status
        form, reasons = refused(error), {name: reason}
        if request.args.get("page") == "workspace":
            return text.desk.workspace_page(text.subject, form, status, reasons)
        return _page(text, form=form, status=status, reasons=reasons)
    state = CONTENT.state(text.version.state)
    flash(_("Done: the text is now “%(state)s”.", state=state.label), "success")
    return redirect(text.workspace, 303)


def add_comment(text: OpenText) -> Answer:
    """Remark on a field or on the whole text."""
    form = CommentForm(text.fields)
    if form.validate():
        try:
            content.add_comment(text.version, actor=current_actor(), field=form.field.data or "", text=form.text.data or "")
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Your remark is there."), "success")
            return redirect(text.url_here("review") + "#comments", 303)
    return _page(text, comment=form, status=422)


def settle_comment(text: OpenText, comment_id: int) -> Answer:
    """Mark a remark as dealt with."""
    content.settle_comment(text.version, comment_id, actor=current_actor())
    return redirect(text.url_here("review") + "#comments", 303)
