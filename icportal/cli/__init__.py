"""The command line of the portal. A command's module is imported when the command is called, so that help is quick."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from icportal.config import SettingsError

#: Command -> what it does. Each is the function of its own name in the module of its own name.
COMMANDS = {
    "run": "Start the portal: database, server and worker.",
    "worker": "Do the waiting jobs and send the waiting mail.",
    "init": "Prepare the database and the first administrator.",
    "data": "Load the facts shipped with the portal.",
    "users": "Invite people, give and take roles.",
    "indicators": "Make workbooks, check and import them, export what is published.",
    "practices": "List practices, send them to review, approve them.",
    "questionnaires": "Check, import and export questionnaires as XLSForm.",
    "rounds": "List, open and close reporting rounds, send reminders.",
    "verify": "Look for records changed behind the portal's back.",
    "languages": "List, add and check the interface languages.",
}


class Commands(click.Group):
    """A group that knows its commands by name and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"icportal.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def portal() -> None:
    """Run and look after a portal. `icportal COMMAND --help` explains one command."""


def main() -> None:
    """Run a command. A wrong setting is one sentence and exit status 2."""
    try:
        portal(prog_name="icportal")
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
