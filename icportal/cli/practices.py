"""`icportal practices`: the workflow of practices on the command line, through the services the pages use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from icportal.cli.acting import acting, as_option

if TYPE_CHECKING:
    from icportal.content.models import LanguageVersion
    from icportal.core.actors import Actor
    from icportal.practices.models import Practice

SHORT_HASH = 12


@click.group()
def practices() -> None:
    """List practices, send them to review, approve them. Every rule of the pages holds here too."""


@practices.command("list")
@click.option(
    "--state", default="review", show_default=True, help="draft, review, changes_requested, published, withdrawn or archived."
)
@click.option("--language", default="", help="Only texts in this language.")
@as_option
def list_texts(state: str, language: str, email: str) -> None:
    """The texts in one state that the person may see: practice, language, hash of the newest revision, title."""
    with acting(email) as actor:
        from icportal.practices import desk

        for practice_id, version in desk.texts_in(state, language=language, actor=actor):
            click.echo(
                f"{practice_id:>6}  {version.language:<5}  {version.head.sha256[:SHORT_HASH] if version.head else '-':<12}  {version.title}"
            )


@practices.command()
@click.argument("practice", type=int)
@click.argument("language")
@as_option
def submit(practice: int, language: str, email: str) -> None:
    """Send a text to review."""
    _move(email, practice, language, "submit")


@practices.command()
@click.argument("practice", type=int)
@click.argument("language")
@click.argument("revision_hash")
@as_option
def approve(practice: int, language: str, revision_hash: str, email: str) -> None:
    """Publish a text: exactly the revision with this hash (its first twelve signs are enough)."""
    _move(email, practice, language, "approve", revision_hash=revision_hash)


@practices.command("request-changes")
@click.argument("practice", type=int)
@click.argument("language")
@click.option("--reason", required=True, help="What the authors are to change; they read it word for word.")
@as_option
def request_changes(practice: int, language: str, reason: str, email: str) -> None:
    """Send a text back to its authors."""
    _move(email, practice, language, "request_changes", reason=reason)


def _move(email: str, practice_id: int, language: str, name: str, *, revision_hash: str = "", reason: str = "") -> None:
    with acting(email) as actor:
        from icportal.practices import services
        from icportal.web.cycle import commit

        practice, version = _text(practice_id, language, actor)
        services.move_version(
            practice, version, name, actor=actor, seen=version.version, seen_hash=_whole(version, revision_hash), reason=reason
        )
        commit()
        click.echo(f"{practice_id} {language}: {version.state}")


def _text(practice_id: int, language: str, actor: Actor) -> tuple[Practice, LanguageVersion]:
    from icportal.content.enums import Permission
    from icportal.core.permissions import authorise
    from icportal.practices import desk

    practice = desk.open_practice(practice_id, actor=actor)
    version = desk.version_in(practice, language)
    authorise(actor, Permission.VIEW_DRAFT, version)
    return practice, version


def _whole(version: LanguageVersion, typed: str) -> str:
    """The hash that was meant: the newest revision's when what was typed is its beginning, else as typed."""
    newest = version.head.sha256 if version.head else ""
    return newest if len(typed) >= SHORT_HASH and newest.startswith(typed) else typed
