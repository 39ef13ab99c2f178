"""People, their roles, and invitations."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.accounts import queries, services
from icportal.accounts.enums import Permission
from icportal.accounts.forms import GiveRoleForm, InviteForm
from icportal.accounts.models import Invitation, User
from icportal.accounts.views.answers import answer_form
from icportal.accounts.views.blueprint import blueprint
from icportal.core.actors import Role
from icportal.core.errors import DomainError
from icportal.core.permissions import can
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number


@blueprint.get("/people")
@requires(Permission.LIST)
def list_people() -> str:
    """The people of the network, or of one's own city."""
    actor, language = current_actor(), current_language().code
    search, role = request.args.get("q", "").strip()[:200], request.args.get("role", "")
    city_id = request.args.get("city", type=row_number)
    page = max(1, request.args.get("page", 1, type=row_number) or 1)
    return render_template(
        "accounts/person_list.html",
        people=queries.list_people(
            actor, search=search, role=role if role in list(Role) else "", city_id=city_id, page=min(page, 10_000)
        ),
        invitations=queries.open_invitations(actor),
        cities=queries.cities_to_choose(actor, language),
        chosen={"q": search, "role": role, "city": city_id or ""},
    )


@blueprint.route("/people/invite", methods=["GET", "POST"])
@requires(Permission.INVITE)
def invite() -> Any:
    """Invite somebody by mail."""
    form, refusal = InviteForm(actor=current_actor(), language=current_language().code), None
    if form.validate_on_submit():
        try:
            made = services.invite_person(actor=current_actor(), **form.values())
        except DomainError as error:
            refusal = error
            form.refuse(error)
        else:
            if isinstance(made, Invitation):
                flash(_("The invitation to %(email)s is on its way. Its link works for 7 days.", email=made.email), "done")
            else:
                flash(_("%(name)s has an account already and got the role.", name=made.user.name), "done")
            return redirect(url_for("accounts.list_people"), 303)
    return answer_form("accounts/person_invite.html", form, refusal)


@blueprint.post("/people/invitations/<int:invitation_id>/withdraw")
@requires(Permission.INVITE)
def withdraw_invitation(invitation_id: int) -> Any:
    """Take an invitation back."""
    services.withdraw_invitation(queries.get_invitation(invitation_id, actor=current_actor()), actor=current_actor())
    flash(_("The invitation is taken back: its link is dead."), "done")
    return redirect(url_for("accounts.list_people"), 303)


@blueprint.get("/people/<int:user_id>")
@requires(Permission.LIST)
def show_person(user_id: int) -> Any:
    """A person, with every role they have or had."""
    user = queries.get_user(user_id, actor=current_actor())
    return _person_page(user, GiveRoleForm(actor=current_actor()))


@blueprint.post("/people/<int:user_id>/roles")
@requires(Permission.GRANT)
def grant_role(user_id: int) -> Any:
    """Give a person a role."""
    user = queries.get_user(user_id, actor=current_actor())
    form, refusal = GiveRoleForm(actor=current_actor()), None
    if form.validate_on_submit():
        try:
            services.give_role(user, actor=current_actor(), **form.values())
        except DomainError as error:
            refusal = error
            form.refuse(error)
        else:
            flash(_("%(name)s has the role from now on.", name=user.name), "done")
            return redirect(url_for("accounts.show_person", user_id=user.id), 303)
    return _person_page(user, form, refusal)


@blueprint.post("/people/<int:user_id>/roles/<int:grant_id>/revoke")
@requires(Permission.REVOKE)
def revoke_role(user_id: int, grant_id: int) -> Any:
    """Take a role away."""
    user = queries.get_user(user_id, actor=current_actor())
    services.take_role(user, queries.get_grant(user, grant_id), actor=current_actor())
    flash(_("%(name)s no longer has the role.", name=user.name), "done")
    if not can(current_actor(), Permission.VIEW, user):
        return redirect(url_for("accounts.list_people"), 303)
    return redirect(url_for("accounts.show_person", user_id=user.id), 303)


@blueprint.post("/people/<int:user_id>/disable")
@requires(Permission.DISABLE)
def disable_person(user_id: int) -> Any:
    """Close an account."""
    user = queries.get_user(user_id, actor=current_actor())
    services.disable_person(user, actor=current_actor())
    flash(_("The account of %(name)s is closed. It can be opened again.", name=user.name), "done")
    return redirect(url_for("accounts.show_person", user_id=user.id), 303)


@blueprint.post("/people/<int:user_id>/enable")
@requires(Permission.DISABLE)
def enable_person(user_id: int) -> Any:
    """Open a closed account again."""
    user = queries.get_user(user_id, actor=current_actor())
    services.enable_person(user, actor=current_actor())
    flash(_("The account of %(name)s is open again.", name=user.name), "done")
    return redirect(url_for("accounts.show_person", user_id=user.id), 303)


def _person_page(user: User, form: GiveRoleForm, refusal: DomainError | None = None) -> Any:
    actor = current_actor()
    return answer_form(
        "accounts/person_show.html",
        form,
        refusal,
        person=user,
        history=queries.history_of(user),
        may_take=lambda grant: grant.revoked_at is None and can(actor, Permission.REVOKE, grant),
        may_close=can(actor, Permission.DISABLE, user) and user.id != actor.id,
        may_give=bool(form.role.choices) and user.is_active,
    )
