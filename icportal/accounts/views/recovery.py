"""Links from a mail: accepting an invitation, setting a new password."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from icportal.accounts import notifications, services
from icportal.accounts.forms import AcceptInvitationForm, ForgotPasswordForm, ResetPasswordForm
from icportal.accounts.views.answers import answer_form
from icportal.accounts.views.blueprint import blueprint
from icportal.accounts.views.sessions import enter
from icportal.core.errors import DomainError
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language, set_request_language
from icportal.web.decorators import public


@blueprint.route("/forgot-password", methods=["GET", "POST"])
@public
def forgot_password() -> Any:
    """Ask for a link to set a new password. The answer is the same for every address."""
    form, refusal = ForgotPasswordForm(), None
    if form.validate_on_submit():
        try:
            services.ask_for_reset(address=request.remote_addr or "", **form.values())
        except DomainError as error:
            refusal = error
            form.refuse(error)
        else:
            flash(_("If this address has an account, a mail with a link is on its way. The link works for 30 minutes."), "done")
            return redirect(url_for("accounts.sign_in"), 303)
    return answer_form("accounts/password_forgot.html", form, refusal)


@blueprint.route("/reset-password/<string:token>", methods=["GET", "POST"])
@public
def reset_password(token: str) -> Any:
    """Set a new password. Opening the page does not use the link up."""
    user = services.read_reset(token)
    form, refusal = ResetPasswordForm(), None
    if form.validate_on_submit():
        try:
            services.reset_password(token, **form.values())
        except DomainError as error:
            refusal = error
            form.refuse(error)
        else:
            flash(_("Your new password is set, and you are signed out everywhere. Sign in with it."), "done")
            return redirect(url_for("accounts.sign_in"), 303)
    return answer_form("accounts/password_reset.html", form, refusal, token=token, email=user.email)


@blueprint.route("/invitations/<string:token>", methods=["GET", "POST"])
@public
def accept_invitation(token: str) -> Any:
    """Take an account. Opening the page does not use the link up."""
    invitation = services.read_invitation(token)
    language = current_language().code
    form, refusal = AcceptInvitationForm(name=invitation.name, language=language), None
    if form.validate_on_submit():
        try:
            user = services.accept_invitation(token, **form.values())
        except DomainError as error:
            refusal = error
            form.refuse(error)
        else:
            flash(_("Welcome, %(name)s. Your account is ready.", name=user.name), "done")
            set_request_language(user.language)
            return enter(user, way="invitation", target=None)
    role = notifications.role_with_scope(invitation.role, invitation.city_id, invitation.role_language, language)
    return answer_form("accounts/invitation_accept.html", form, refusal, token=token, invitation=invitation, role=role)
