"""Signing in with a password, signing out, and acting for a city."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, session, url_for
from flask_login import logout_user

from icportal.accounts import queries, services
from icportal.accounts.demonstration import DEMO_ACCOUNTS
from icportal.accounts.enums import Permission
from icportal.accounts.forms import SignInForm
from icportal.accounts.views.answers import answer_form
from icportal.accounts.views.blueprint import blueprint
from icportal.accounts.views.sessions import enter, own_path, portal_session, start_page
from icportal.core.errors import DomainError
from icportal.core.installation import settings
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.web.decorators import public, requires
from icportal.web.identity import ACTING_KEY, current_actor


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    """Sign in with mail address and password, or leave for an identity provider."""
    if current_actor().is_signed_in:
        return redirect(start_page(current_language().code), 303)
    form, target = SignInForm(), own_path(request.args.get("next"))
    refusal: DomainError | None = None
    if form.validate_on_submit():
        try:
            user = services.authenticate(address=request.remote_addr or "", **form.values())
        except DomainError as error:
            refusal = error
            form.refuse(error)
        else:
            return enter(user, way="password", target=target)
    accounts = DEMO_ACCOUNTS if settings().demo and queries.open_demonstration_accounts() else ()
    return answer_form(
        "accounts/session_sign_in.html", form, refusal, target=target, providers=settings().identity_providers, accounts=accounts
    )


@blueprint.post("/sign-out")
@public
def sign_out() -> Any:
    """End this session."""
    logout_user()
    session.clear()
    flash(_("You are signed out."), "done")
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.post("/act-for-city/<slug:slug>")
@requires(Permission.ACT_FOR_CITY)
def act_for_city(slug: str) -> Any:
    """Begin to act for a city; everything done from now on says so."""
    city = queries.get_city(slug)
    services.may_act_for(city.id, actor=current_actor())
    session[ACTING_KEY] = city.id
    portal_session().renew()
    flash(_("You are acting for %(city)s from now on.", city=city.name_in(current_language().code)), "done")
    return redirect(own_path(request.form.get("next")) or start_page(current_language().code), 303)


@blueprint.post("/stop-acting")
@requires(Permission.VIEW_OWN)
def stop_acting() -> Any:
    """Act for oneself again."""
    session.pop(ACTING_KEY, None)
    portal_session().renew()
    flash(_("You are acting for yourself again."), "done")
    return redirect(own_path(request.form.get("next")) or start_page(current_language().code), 303)
