"""Signing in at an identity provider, and linking one's identity there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from icportal.accounts import oidc, services
from icportal.accounts.enums import Permission
from icportal.accounts.views.blueprint import blueprint
from icportal.accounts.views.sessions import enter, own_path, signed_in_person, start_page
from icportal.core.errors import DomainError, NotAllowed
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language, set_request_language
from icportal.web.cycle import commit
from icportal.web.decorators import public, requires
from icportal.web.identity import current_actor


@blueprint.get("/sign-in/<string:provider>")
@public
def start_oidc(provider: str) -> Any:
    """Leave for the provider."""
    chosen = oidc.get_provider(provider)
    if current_actor().is_signed_in:
        return redirect(start_page(current_language().code), 303)
    try:
        target = own_path(request.args.get("next"))
        return redirect(oidc.begin(chosen, purpose=oidc.SIGN_IN, language=current_language().code, target=target), 303)
    except DomainError as error:
        return _refused(error)


@blueprint.get("/sign-in/<string:provider>/callback")
@public
def oidc_callback(provider: str) -> Any:
    """Come back from the provider. It sends people here by GET, so what this changes is committed here."""
    chosen = oidc.get_provider(provider)
    begun = oidc.begun(chosen)
    if begun is not None:
        set_request_language(begun.language)
    try:
        response = _answer(oidc.finish(chosen), chosen.label)
        commit()
    except DomainError as error:
        return _refused(error)
    return response


@blueprint.post("/profile/identities/<string:provider>")
@requires(Permission.VIEW_OWN)
def link_identity(provider: str) -> Any:
    """Leave for the provider in order to link an identity.

    The content security policy keeps forms, and what they redirect to, on this host; so a page leads on.
    """
    chosen = oidc.get_provider(provider)
    try:
        url = oidc.begin(chosen, purpose=oidc.LINK, language=current_language().code, user_id=current_actor().id)
    except DomainError as error:
        return _refused(error)
    return render_template("accounts/identity_leave.html", url=url, provider=chosen, host=urlsplit(url).hostname)


@blueprint.post("/profile/identities/<int:identity_id>/unlink")
@requires(Permission.VIEW_OWN)
def unlink_identity(identity_id: int) -> Any:
    """Let an identity open the account no longer."""
    services.unlink_identity(signed_in_person(), identity_id, actor=current_actor())
    flash(_("The identity is unlinked: it no longer opens your account."), "done")
    return redirect(url_for("accounts.profile"), 303)


def _answer(proof: oidc.Proof, label: str) -> Any:
    if proof.begun.purpose == oidc.SIGN_IN:
        return enter(services.sign_in_with_identity(proof.issuer, proof.subject), way=proof.issuer, target=proof.begun.target)
    if current_actor().id is None or current_actor().id != proof.begun.user_id:
        raise NotAllowed(_("You are not signed in as the person who began this. Sign in and begin again."))
    services.link_identity(
        signed_in_person(), actor=current_actor(), issuer=proof.issuer, subject=proof.subject, label=proof.label, provider=label
    )
    flash(_("Linked: from now on you can sign in with %(provider)s.", provider=label), "done")
    return redirect(url_for("accounts.profile"), 303)


def _refused(error: DomainError) -> Response:
    return make_response(render_template("accounts/identity_refused.html", message=error.message), error.status)
