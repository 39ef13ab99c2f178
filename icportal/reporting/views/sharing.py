"""Sections given to colleagues, who need no account."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for

from icportal.accounts.directory import holders
from icportal.cities.models import City
from icportal.cities.queries import by_id
from icportal.core.actors import Role
from icportal.core.clock import now
from icportal.core.errors import DomainError, NotAllowed, NotFound
from icportal.core.installation import settings
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import offered
from icportal.reporting import labels, responses, sharing
from icportal.reporting.addressees import language_of
from icportal.reporting.asked import asked
from icportal.reporting.enums import Permission
from icportal.reporting.models import Response, SectionShare
from icportal.reporting.response_forms import ShareForm, StepForm, choose_language
from icportal.reporting.services import evidence as evidence_services
from icportal.reporting.services import sharing as services
from icportal.reporting.sharing import Opened
from icportal.reporting.views import section_page
from icportal.reporting.views.answering import send_answer_file
from icportal.reporting.views.evidence import send_evidence
from icportal.reporting.views.pages import Answer, blueprint
from icportal.reporting.views.section_page import Way
from icportal.web.decorators import public, requires
from icportal.web.forms import options
from icportal.web.identity import current_actor

FORBIDDEN = 403


# --- officers give and take back ---------------------------------------------------------------------------


@blueprint.route("/work/reporting/<slug:round_slug>/<slug:slug>/sections/<string:section>/people", methods=["GET", "POST"])
@requires(Permission.VIEW_RESPONSE)
def share_section(round_slug: str, slug: str, section: str) -> Answer:
    """Who has a section, and a form to give it to somebody."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    authorise(current_actor(), Permission.ASK_EXTENSION, response)
    responses.section_of(response, section)
    form = ShareForm()
    form.user_id.choices = options([("", _("Nobody: send a link")), *((user.id, user.name) for user in _people(city))])
    choose_language(form, _languages(), language_of(city.languages))
    if form.validate_on_submit():
        try:
            services.share_section(
                response, section, form.colleague, actor=current_actor(), note=form.note.data or "", until=form.until.data
            )
        except NotAllowed:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The mail is on its way."), "success")
            return redirect(_people_url(response, city, section), 303)
    return _people_page(response, city, section, form)


def _people_page(response: Response, city: City, section: str, form: ShareForm) -> Answer:
    words = asked(response.round.questionnaire_version, current_language().code)
    return render_template(
        "reporting/section_people.html",
        response=response,
        round=response.round,
        city=city,
        city_name=city.name_in(current_language().code),
        edition=labels.edition(response.round),
        where={"round_slug": response.round.slug, "slug": city.slug},
        section=section,
        title=words.section(section),
        words=words,
        shares=sharing.shares_of(response, section).get(section, []),
        now=now(),
        last_day=sharing.last_day,
        form=form,
    ), 422 if form.errors else 200


@blueprint.post("/work/reporting/<slug:round_slug>/<slug:slug>/people/<int:share_id>/<any('revoke', 'renew'):step>")
@requires(Permission.VIEW_RESPONSE)
def change_share(round_slug: str, slug: str, share_id: int, step: str) -> Answer:
    """Take a section back, or send a new link to it."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    share = sharing.get_share(response, share_id)
    if StepForm().validate():
        try:
            if step == "revoke":
                services.revoke_share(response, share, actor=current_actor())
                flash(_("Taken back: the link opens nothing any more. What was answered stays."), "success")
            else:
                services.renew_share(response, share, actor=current_actor())
                flash(_("A new link is on its way. The earlier one no longer works."), "success")
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            flash(str(error.message), "error")
    return redirect(_people_url(response, city, share.section), 303)


def _people_url(response: Response, city: City, section: str) -> str:
    return url_for("reporting.share_section", round_slug=response.round.slug, slug=city.slug, section=section)


def _people(city: City) -> list[Any]:
    """Everybody with an account of the city but the person who asks."""
    found = {user.id: user for role in (Role.CITY_OFFICER, Role.MAYOR_OFFICE) for user in holders(role, city_id=city.id)}
    return [user for number, user in found.items() if number != current_actor().id]


def _languages() -> list[tuple[str, Any]]:
    return [(language.code, language.autonym) for language in offered(with_pseudo=settings().demo)]


# --- guests ------------------------------------------------------------------------------------------------


@blueprint.get("/reporting/link/<string:token>")
@public
def open_link(token: str) -> Answer:
    """What a link leads to: first whom it is for, then, in the browser that opened it, the section itself."""
    opened = _opened(token)
    if opened.ours and opened.shut is None:
        return section_page.show(_way(opened, token))
    return _door(opened, token, status=FORBIDDEN if opened.shut or opened.is_bound_elsewhere else 200)


@blueprint.post("/reporting/link/<string:token>/open")
@public
def bind_link(token: str) -> Answer:
    """Open the section in this browser, from now on the only one."""
    opened = _opened(token)
    if opened.shut or opened.is_bound_elsewhere:
        return _door(opened, token, status=FORBIDDEN)
    answered = make_response(redirect(url_for("reporting.open_link", token=token), 303))
    if not opened.ours:
        secret = services.bind_share(opened.share, opened.response)
        secure = bool(getattr(current_app.session_interface, "secure", False))
        answered.set_cookie(
            _cookie(opened.share.id),
            secret,
            expires=opened.share.expires_at,
            path="/",
            secure=secure,
            httponly=True,
            samesite="Lax",
        )
    return answered


@blueprint.post("/reporting/link/<string:token>")
@public
def save_link(token: str) -> Answer:
    """Save the section of a guest, and do what the button says."""
    return section_page.receive(_entered(token))


@blueprint.post("/reporting/link/<string:token>/autosave")
@public
def autosave_link(token: str) -> Answer:
    """Save what a guest is typing."""
    return section_page.autosave(_entered(token))


@blueprint.post("/reporting/link/<string:token>/new")
@public
def renew_link(token: str) -> Answer:
    """Send a new link to the address the section was given to."""
    opened = _opened(token)
    services.ask_for_new_link(opened.response, opened.share)
    address = sharing.masked(opened.share.email)
    return _private(render_template("reporting/link_sent.html", address=address))


@blueprint.get("/reporting/link/<string:token>/evidence/<int:evidence_id>")
@public
def link_evidence(token: str, evidence_id: int) -> Answer:
    """A file behind an answer of the guest's section, today's or last time's."""
    if not _shows_section(token):
        return redirect(url_for("reporting.open_link", token=token), 303)
    way = _entered(token)
    return send_evidence(evidence_services.evidence_in_section(way.response, way.section, evidence_id))


@blueprint.get("/reporting/link/<string:token>/files/<string:question>")
@public
def link_file(token: str, question: str) -> Answer:
    """The file that answers a question of the guest's section."""
    if not _shows_section(token):
        return redirect(url_for("reporting.open_link", token=token), 303)
    return send_answer_file(_entered(token), question)


def _cookie(share_id: int) -> str:
    return f"icportal-section-{share_id}"


def _opened(token: str) -> Opened:
    """The section behind a link, for this browser. The secret's cookie bears the share's number, which the link tells."""
    found = sharing.opened_by(token, "")
    return sharing.opened_by(token, request.cookies.get(_cookie(found.share.id), ""))


def _entered(token: str) -> Way:
    """The section, for the browser the link is bound to; refused for every other.

    A round that has closed, or a response that was sent on, is refused where it is written, with what was typed. Once its
    time is over a link shows nothing more, whatever else has happened.
    """
    opened = _opened(token)
    if not opened.ours:
        raise NotAllowed(_("This link was opened in another browser already."))
    if opened.shut == sharing.Shut.REVOKED:
        raise NotAllowed(sharing.SENTENCES[opened.shut])
    if sharing.is_over(opened.share):
        raise NotAllowed(sharing.SENTENCES[sharing.Shut.EXPIRED])
    return _way(opened, token)


def _shows_section(token: str) -> bool:
    """Whether the page of the section is shown here: its files are as long as it is."""
    opened = _opened(token)
    return opened.ours and opened.shut is None


def _way(opened: Opened, token: str) -> Way:
    share: SectionShare = opened.share
    return Way(
        opened.response, by_id([opened.response.city_id])[opened.response.city_id], share.section, opened.actor, share, token
    )


def _door(opened: Opened, token: str, *, status: int) -> Answer:
    city = by_id([opened.response.city_id])[opened.response.city_id]
    words = asked(opened.response.round.questionnaire_version, current_language().code)
    may_renew = opened.shut == sharing.Shut.EXPIRED or (opened.shut is None and opened.is_bound_elsewhere)
    return _private(
        render_template(
            "reporting/link_open.html",
            opened=opened,
            share=opened.share,
            token=token,
            city_name=city.name_in(current_language().code),
            edition=labels.edition(opened.response.round),
            words=words,
            title=words.section(opened.share.section),
            due=opened.response.due,
            reason=sharing.SENTENCES[opened.shut] if opened.shut else "",
            address=sharing.masked(opened.share.email),
            may_renew=may_renew,
        ),
        status,
    )


def _private(text: str, status: int = 200) -> Answer:
    """A page that no browser keeps."""
    answered = make_response(text, status)
    answered.headers["Cache-Control"] = "no-store"
    return answered
