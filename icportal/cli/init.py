"""``icportal init``: make a new installation ready for its people."""

from __future__ import annotations

import click

from icportal.accounts import services as accounts
from icportal.cli.run import prepare
from icportal.core.actors import SYSTEM, Role
from icportal.core.errors import DomainError
from icportal.web.cycle import commit


@click.command()
@click.option("--email", prompt="Mail address of the first administrator", help="Who gets the first invitation.")
@click.option("--name", prompt="Name", help="The person's name.")
@click.option("--language", default="en", show_default=True, help="The language of the invitation.")
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
            accounts.invite_person(actor=SYSTEM, email=email, name=name, language=language, role=Role.ADMINISTRATOR)
            commit()
        except DomainError as error:
            raise click.ClickException(str(error.message)) from None
    click.echo(f"Ready. The invitation for {email} is in the outbox: it leaves with the next mail, or see it at /{language}/mails.")
