"""``icportal init``: make a new installation ready for its people."""

from __future__ import annotations

import click

from icportal.accounts import services as accounts
from icportal.accounts.models import Invitation
from icportal.cli.run import prepare
from icportal.core.actors import SYSTEM, Role
from icportal.core.errors import DomainError
from icportal.i18n.locales import interface_codes
from icportal.web.cycle import commit


@click.command()
@click.option("--email", prompt="Mail address of the first administrator", help="Who gets the first invitation.")
@click.option("--name", prompt="Name", help="The person's name.")
@click.option(
    "--language", type=click.Choice(interface_codes()), default="en", show_default=True, help="The language of the invitation."
)
@click.option("--facts/--no-facts", default=True, show_default=True, help="Load the network's cities, charter and practices.")
def init(email: str, name: str, language: str, *, facts: bool) -> None:
    """Prepare the database and the first administrator."""
    from icportal.app import create_app
    from icportal.cli.data import load_all

    app = create_app(prepare())
    with app.app_context():
        try:
            if facts:
                load_all()
            made = accounts.invite_person(actor=SYSTEM, email=email, name=name, language=language, role=Role.ADMINISTRATOR)
            commit()
            link = accounts.invitation_link(made) if isinstance(made, Invitation) else ""
        except DomainError as error:
            raise click.ClickException(str(error.message)) from None
    click.echo(
        f"Ready. The invitation for {email} leaves with the next mail; its link works once, for 7 days:" if link else "Ready."
    )
    click.echo(link or f"{email} has an account and is administrator.")
