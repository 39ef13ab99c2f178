"""One's own account."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for

from icportal.accounts import oidc, queries, services
from icportal.accounts.enums import Permission
from icportal.accounts.forms import ChangePasswordForm, ProfileForm
from icportal.accounts.views.answers import answer_form
from icportal.accounts.views.blueprint import blueprint
from icportal.accounts.views.sessions import portal_session, signed_in_person
from icportal.core.errors import DomainError
from icportal.core.installation import settings
from icportal.core.strings import _
from icportal.web.decorators import requires
from icportal.web.identity import current_actor


@blueprint.route("/profile", methods=["GET", "POST"])
@requires(Permission.VIEW_OWN)
def profile() -> Any:
    """Name, language and mail; roles, identities and sessions."""
    actor, person, refusal = current_actor(), signed_in_person(), None
    form = ProfileForm(obj=person)
    if form.validate_on_submit():
        try:
            services.update_profile(person, actor=actor, **form.values())
        except DomainError as error:
            refusal = error
            form.refuse(error)
        else:
            flash(_("Your profile is saved."), "done")
            return redirect(url_for("accounts.profile", language_code=form.language.data), 303)
    identities = queries.identities_of(person.id)
    linked = {identity.issuer for identity in identities}
    return answer_form(
        "accounts/profile.html",
        form,
        refusal,
        person=person,
        history=queries.history_of(person),
        identities=[(identity, oidc.provider_label(identity.issuer)) for identity in identities],
        providers=[provider for provider in settings().identity_providers if provider.issuer not in linked],
        sessions=services.own_sessions(person, actor=actor, session_key=_key()),
    )


@blueprint.route("/profile/password", methods=["GET", "POST"])
@requires(Permission.VIEW_OWN)
def change_password() -> Any:
    """Set a new password; every other session ends."""
    form, refusal = ChangePasswordForm(), None
    if form.validate_on_submit():
        try:
            services.change_password(signed_in_person(), actor=current_actor(), session_key=_key(), **form.values())
        except DomainError as error:
            refusal = error
            form.refuse(error)
        else:
            portal_session().renew()
            flash(_("Your new password is set, and your other sessions are ended."), "done")
            return redirect(url_for("accounts.profile"), 303)
    return answer_form("accounts/password_change.html", form, refusal)


@blueprint.post("/profile/sessions/<string:name>/end")
@requires(Permission.VIEW_OWN)
def end_session(name: str) -> Any:
    """Sign out one session."""
    services.end_session(signed_in_person(), name, actor=current_actor())
    flash(_("The session is ended."), "done")
    return redirect(url_for("accounts.profile"), 303)


@blueprint.post("/profile/sessions/end-others")
@requires(Permission.VIEW_OWN)
def end_other_sessions() -> Any:
    """Sign out everywhere but here."""
    services.end_other_sessions(signed_in_person(), actor=current_actor(), session_key=_key())
    flash(_("You are signed out everywhere but here."), "done")
    return redirect(url_for("accounts.profile"), 303)


def _key() -> str:
    return portal_session().key
