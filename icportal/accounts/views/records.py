"""What was done, and what was mailed."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from icportal.accounts import queries
from icportal.accounts.enums import Permission
from icportal.accounts.forms import DecideMailForm
from icportal.accounts.views.blueprint import blueprint
from icportal.core import outbox, queue
from icportal.core.installation import settings
from icportal.core.permissions import can
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.web.decorators import public, requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number


@blueprint.get("/audit")
@requires(Permission.VIEW_AUDIT)
def list_audit() -> str:
    """Who did what, newest first."""
    actor, language = current_actor(), current_language().code
    city_id, before = request.args.get("city", type=row_number), request.args.get("before", type=row_number)
    return render_template(
        "accounts/audit_list.html",
        page=queries.list_audit(actor=actor, language=language, city_id=city_id, before=before),
        cities=queries.cities_to_choose(actor, language),
        chosen_city=city_id or "",
        is_first=before is None,
    )


@blueprint.get("/mails")
@public
def list_mails() -> str:
    """Every mail the portal wrote. A demonstration sends none and shows them to everybody, so that links can be followed."""
    before, address = request.args.get("before", type=row_number), request.args.get("to", "").strip()[:254]
    unsettled = request.args.get("state") == "unsettled"
    page = queries.list_mails(actor=current_actor(), before=before, address=address, unsettled=unsettled)
    may_decide = can(current_actor(), outbox.DECIDE)
    return render_template(
        "accounts/mail_list.html",
        page=page,
        address=address,
        unsettled=unsettled,
        is_first=before is None,
        undecided=len(outbox.undelivered()) if may_decide else 0,
        sends_nothing=may_decide and not settings().demo and not settings().smtp_url,
        may_see_jobs=can(current_actor(), queue.RETRY),
    )


@blueprint.get("/mails/<int:mail_id>")
@public
def show_mail(mail_id: int) -> str:
    """One mail: in a demonstration as it leaves, its links to be followed; elsewhere to whom it went and what became of it."""
    mail = queries.get_mail(mail_id, actor=current_actor())
    may_decide = can(current_actor(), outbox.DECIDE, mail) and mail.state in {outbox.MailState.UNCERTAIN, outbox.MailState.FAILED}
    may_read = can(current_actor(), Permission.READ_MAIL, mail)
    return render_template(
        "accounts/mail_show.html",
        mail=mail,
        may_read=may_read,
        has_page=may_read and queries.has_page(mail),
        may_decide=may_decide,
        decide_form=DecideMailForm(),
    )


@blueprint.get("/mails/<int:mail_id>/page")
@public
def show_mail_page(mail_id: int) -> Response:
    """The HTML part of a mail, for the frame on its page: it runs nothing, loads nothing and leads nowhere."""
    mail = queries.get_page_of_mail(mail_id, actor=current_actor())
    policy = "default-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox"
    return Response(mail.html, mimetype="text/html", headers={"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"})


@blueprint.post("/mails/<int:mail_id>/decide")
@requires(outbox.DECIDE)
def decide_mail(mail_id: int) -> Any:
    """Settle a mail of which nobody knows whether it left."""
    form = DecideMailForm()
    outbox.decide(queries.get_mail(mail_id, actor=current_actor()), actor=current_actor(), send_again=bool(form.send_again.data))
    flash(_("The mail will be sent again.") if form.send_again.data else _("The mail counts as sent."), "done")
    return redirect(url_for("accounts.show_mail", mail_id=mail_id), 303)


@blueprint.get("/jobs")
@requires(queue.RETRY)
def list_jobs() -> str:
    """Work of the portal that was given up, and why."""
    return render_template("accounts/job_list.html", jobs=queries.failed_jobs())


@blueprint.post("/jobs/<int:job_id>/retry")
@requires(queue.RETRY)
def retry_job(job_id: int) -> Any:
    """Give a failed job new attempts."""
    queue.try_again(queries.get_job(job_id), actor=current_actor())
    flash(_("The job is tried again."), "done")
    return redirect(url_for("accounts.list_jobs"), 303)
