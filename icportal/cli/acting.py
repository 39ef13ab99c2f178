"""Who does it: commands that act for a person do so under that person's name and rights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from icportal.core.actors import Actor

as_option = click.option("--as", "email", required=True, metavar="EMAIL", help="The person who does it, by mail address.")


@contextmanager
def acting(email: str) -> Iterator[Actor]:
    """The application with a person who acts; a refusal ends the command with its sentences and changes nothing."""
    from icportal.accounts.queries import find_user
    from icportal.app import create_app
    from icportal.core.db import db
    from icportal.core.errors import DomainError

    with create_app().app_context():
        user = find_user(email)
        if user is None or not user.is_active:
            raise click.ClickException(f"Nobody has an account with the address {email}.")
        try:
            yield user.actor
        except DomainError as error:
            db.session.rollback()
            sentences = [str(message) for _field, message in error.problems] + [
                str(reason) for reason in getattr(error, "reasons", [])
            ]
            raise click.ClickException(" ".join(sentences)) from None
