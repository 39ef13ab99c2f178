"""`icportal questionnaires`: questionnaires as XLSForm workbooks, read and written by the code the pages use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from icportal.cli.acting import acting, as_option

if TYPE_CHECKING:
    from icportal.reporting.models import Questionnaire
    from icportal.reporting.questionnaires.xlsform.layout import XlsForm

REFUSED = 1

form_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
language_option = click.option(
    "--language", default="en", show_default=True, help="The language of texts whose column names none."
)


@click.group()
def questionnaires() -> None:
    """Check, import and export questionnaires as XLSForm (.xlsx)."""


@questionnaires.command()
@language_option
@form_argument
@click.pass_context
def check(context: click.Context, *, language: str, file: Path) -> None:
    """Say everything that is wrong with the form in FILE: one line for each fault, with sheet, row and column.

    Ends with 1 when anything is wrong. Needs no database.
    """
    from icportal.app import create_app

    with create_app().app_context():
        form = _read(file, language)
    for finding in form.findings:
        click.echo(str(finding), err=finding.is_error)
    if form.errors:
        context.exit(REFUSED)
    click.echo(f"{file}: {_counted(form)}")


@questionnaires.command()
@click.argument("code")
@as_option
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(code: str, email: str, file: Path) -> None:
    """Write the draft of the questionnaire CODE, with all its languages, to FILE."""
    with acting(email) as actor:
        from icportal.core.permissions import authorise
        from icportal.reporting import drafts, versions
        from icportal.reporting.enums import Permission
        from icportal.reporting.questionnaires.xlsform.writing import write_xlsform

        authorise(actor, Permission.VIEW_QUESTIONNAIRE)
        found = _questionnaire(code)
        if found is None:
            raise click.ClickException(f"There is no questionnaire {code}.")
        newest = versions.newest(found.id)
        structure, words = drafts.structure_of(found), drafts.all_words(found)
        version, source = str(newest.number if newest else 0), found.item.source_language
        file.write_bytes(write_xlsform(structure, words, code=found.code, version=version, source=source))
    click.echo(f"{file}: {len(structure.questions)} questions")


@questionnaires.command("import")
@click.option("--code", required=True, help="The code of the questionnaire; one that does not exist yet is made.")
@language_option
@as_option
@form_argument
@click.pass_context
def import_(context: click.Context, *, code: str, language: str, email: str, file: Path) -> None:
    """Make the form in FILE the draft of a questionnaire: all of it, or nothing.

    Ends with 1 when the form is refused.
    """
    with acting(email) as actor:
        from icportal.reporting.services import questionnaires as services
        from icportal.web.cycle import commit

        found = _questionnaire(code)
        form = _read(file, found.item.source_language if found else language)
        for finding in form.findings:
            click.echo(str(finding), err=finding.is_error)
        if form.errors:
            context.exit(REFUSED)
        if found is None:
            found = services.create_questionnaire(actor=actor, code=code, language=form.source, title=form.title)
        source = found.item.source_language
        if source not in form.texts:
            raise click.ClickException(f"The questionnaire is written in “{source}”, and the form has no texts in that language.")
        done = services.import_form(found, form.structure, form.texts, actor=actor, seen=found.version)
        commit()
        click.echo(f"questionnaire {code}: {_counted(form) if done.changed else 'nothing changed'}")
        if done.waiting:
            click.echo(f"Not taken over before the original is published: {', '.join(done.waiting)}")


def _read(file: Path, language: str) -> XlsForm:
    from icportal.i18n.locales import CONTENT_LANGUAGES
    from icportal.reporting.questionnaires.xlsform.reading import read_xlsform

    if language not in CONTENT_LANGUAGES:
        raise click.ClickException(f"The portal has no language {language}.")
    return read_xlsform(file.read_bytes(), language=language)


def _questionnaire(code: str) -> Questionnaire | None:
    from sqlalchemy import select

    from icportal.core.db import db
    from icportal.reporting.models import Questionnaire

    return db.session.scalar(select(Questionnaire).where(Questionnaire.code == code))


def _counted(form: XlsForm) -> str:
    languages = ", ".join(form.texts)
    return f"{len(form.structure.sections)} sections, {len(form.structure.questions)} questions, in {languages}"
