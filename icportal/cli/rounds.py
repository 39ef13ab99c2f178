"""`icportal rounds`: reporting rounds on the command line, through the services the pages use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from icportal.cli.acting import acting, as_option

if TYPE_CHECKING:
    from icportal.core.actors import Actor
    from icportal.reporting.models import Round


@click.group()
def rounds() -> None:
    """List, open and close reporting rounds, send the reminders that are due. Every rule of the pages holds here too."""


@rounds.command("list")
@as_option
def list_rounds(email: str) -> None:
    """Every round: its name in addresses, state, deadline, cities, and how many have sent their answers."""
    with acting(email) as actor:
        from icportal.core.permissions import authorise
        from icportal.reporting import rounds as reading
        from icportal.reporting.enums import Permission

        authorise(actor, Permission.VIEW_BOARD)
        tallies = reading.tallies()
        for round_ in reading.all_rounds():
            tally = tallies.get(round_.id, reading.Tally())
            click.echo(f"{round_.slug:<12}  {round_.state:<7}  {round_.deadline}  {tally.sent_in} of {tally.cities}")


@rounds.command("open")
@click.argument("slug")
@as_option
def open_round(slug: str, email: str) -> None:
    """Open a planned round: every invited city gets its questionnaire and a mail."""
    _move(email, slug, "open")


@rounds.command("close")
@click.argument("slug")
@as_option
def close_round(slug: str, email: str) -> None:
    """Close an open round; the worker freezes it and computes the results."""
    _move(email, slug, "close")


@rounds.command()
@as_option
def remind(email: str) -> None:
    """Send the reminders that are due now; the worker does it every morning."""
    with acting(email) as actor:
        from icportal.reporting.services import reminding
        from icportal.web.cycle import commit

        count = reminding.remind(actor=actor)
        commit()
        click.echo(f"{count} cities were reminded")


def _move(email: str, slug: str, step: str) -> None:
    with acting(email) as actor:
        from icportal.reporting import rounds as reading
        from icportal.web.cycle import commit

        round_ = reading.get_round(slug)
        _take(step, round_, actor)
        commit()
        click.echo(f"{round_.slug}: {round_.state}")


def _take(step: str, round_: Round, actor: Actor) -> None:
    from icportal.reporting.services import rounds as services

    if step == "open":
        services.open_round(round_, actor=actor)
    else:
        services.close_round(round_, actor=actor)
