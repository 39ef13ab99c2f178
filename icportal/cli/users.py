"""``icportal users``: what administrators do with accounts, for whoever has the machine.

Everything goes through the services, as the portal itself, and is in the audit log.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from icportal.config import Settings
from icportal.core.actors import SYSTEM, Role
from icportal.i18n.locales import interface_codes

if TYPE_CHECKING:
    from icportal.accounts.models import RoleGrant, User

ROLES = click.Choice([role.value for role in Role])
CITY = click.option("--city", help="For roles of a city: its name in addresses, for example vienna.")
LANGUAGE = click.option("--language", help="For roles of a language: its code, for example fi.")


@click.group()
def users() -> None:
    """Invite people, give and take roles."""


@users.command("list")
@click.argument("search", default="")
def list_users(search: str) -> None:
    """List the accounts, all or those whose name or address has SEARCH in it."""
    from icportal.accounts import queries
    from icportal.core.db import db

    with portal():
        for user in db.session.scalars(queries.people_for(SYSTEM, search=search)):
            state = "open" if user.is_active else "closed"
            roles = ", ".join(sorted(described(grant) for grant in user.grants if grant.revoked_at is None))
            click.echo(f"{user.email}\t{user.name}\t{state}\t{roles or '-'}")


@users.command()
@click.argument("email")
@click.argument("role", type=ROLES)
@CITY
@LANGUAGE
@click.option("--name", default="", help="The person's name.")
@click.option(
    "--mail-language",
    type=click.Choice(interface_codes()),
    default="en",
    show_default=True,
    help="The language of the invitation.",
)
def invite(email: str, role: str, city: str | None, language: str | None, *, name: str, mail_language: str) -> None:
    """Invite EMAIL to take an account with ROLE. Prints the link as well, for a portal that sends no mail yet."""
    from icportal.accounts import services
    from icportal.accounts.models import Invitation

    with portal():
        made = services.invite_person(
            actor=SYSTEM,
            email=email,
            role=role,
            city_id=city_id_of(city),
            role_language=language,
            name=name,
            language=mail_language,
        )
        said = services.invitation_link(made) if isinstance(made, Invitation) else f"{email} has an account and got the role."
    click.echo(said)


@users.command()
@click.argument("email")
@click.argument("role", type=ROLES)
@CITY
@LANGUAGE
def grant(email: str, role: str, city: str | None, language: str | None) -> None:
    """Give the person with EMAIL a ROLE."""
    from icportal.accounts import services

    with portal():
        services.give_role(user_with(email), actor=SYSTEM, role=role, city_id=city_id_of(city), role_language=language)
    click.echo(f"{email} is {role} from now on.")


@users.command()
@click.argument("email")
@click.argument("role", type=ROLES)
@CITY
@LANGUAGE
def revoke(email: str, role: str, city: str | None, language: str | None) -> None:
    """Take a ROLE from the person with EMAIL."""
    from icportal.accounts import services

    with portal():
        user, wanted = user_with(email), (role, city_id_of(city), language)
        held = [each for each in user.grants if each.revoked_at is None and (each.role, each.city_id, each.language) == wanted]
        if not held:
            roles = ", ".join(sorted(described(each) for each in user.grants if each.revoked_at is None))
            raise click.ClickException(f"{email} has no such role. Roles: {roles or 'none'}.")
        services.take_role(user, held[0], actor=SYSTEM)
    click.echo(f"{email} is no longer {role}.")


@users.command()
@click.argument("email")
def disable(email: str) -> None:
    """Close the account of EMAIL and sign the person out everywhere."""
    from icportal.accounts import services

    with portal():
        services.disable_person(user_with(email), actor=SYSTEM)
    click.echo(f"The account of {email} is closed.")


@users.command()
@click.argument("email")
def enable(email: str) -> None:
    """Open the account of EMAIL again."""
    from icportal.accounts import services

    with portal():
        services.enable_person(user_with(email), actor=SYSTEM)
    click.echo(f"The account of {email} is open.")


@users.command("set-password")
@click.argument("email")
@click.password_option(help="The new password; asked for when left out.")
def set_password(email: str, password: str) -> None:
    """Set the password of EMAIL, and sign the person out everywhere."""
    from icportal.accounts import services

    with portal():
        services.set_password(user_with(email), password, actor=SYSTEM)
    click.echo(f"{email} has a new password.")


@contextmanager
def portal() -> Iterator[None]:
    """The portal around a command: kept when it succeeds, and one sentence when it is refused."""
    from icportal.app import create_app
    from icportal.core.db import db
    from icportal.core.errors import DomainError
    from icportal.web.cycle import commit

    with create_app(Settings.load()).app_context():
        try:
            yield
            commit()
        except DomainError as error:
            raise click.ClickException(" ".join(str(message) for _field, message in error.problems)) from None
        finally:
            db.session.remove()


def user_with(email: str) -> User:
    from icportal.accounts import queries

    user = queries.find_user(email)
    if user is None:
        raise click.ClickException(f"No account has the address {email}; `icportal users list` shows them.")
    return user


def city_id_of(slug: str | None) -> int | None:
    from icportal.accounts import queries

    if slug is None:
        return None
    city = queries.find_city(slug)
    if city is None:
        raise click.ClickException(f"There is no city {slug}: take its name as it stands in addresses, for example vienna.")
    return city.id


def described(grant: RoleGrant) -> str:
    scope = grant.city.slug if grant.city else grant.language
    return f"{grant.role}({scope})" if scope else str(grant.role)
