"""`icportal indicators`: workbooks and exports on the command line, through the code the pages use."""

from __future__ import annotations

from pathlib import Path

import click

from icportal.cli.acting import acting, as_option
from icportal.cli.indicators_network import network


@click.group()
def indicators() -> None:
    """Make workbooks, check and import them, export what is published."""


indicators.add_command(network)


@indicators.command()
@click.option("--city", required=True, metavar="SLUG", help="The city, as it stands in addresses.")
@click.option("--year", required=True, type=click.IntRange(1900, 2200), help="The year the values are asked for.")
@click.option("--language", default="en", show_default=True, help="An interface language.")
@click.option("--department", default="", metavar="NAME", help="Only what this department of the city is asked for.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template(city: str, year: int, language: str, department: str, file: Path) -> None:
    """Write a city's workbook to FILE."""
    from icportal.app import create_app
    from icportal.cities.queries import get_city
    from icportal.core.errors import DomainError
    from icportal.i18n.locales import LANGUAGES
    from icportal.indicators import workbooks
    from icportal.indicators.exchange.writing import write_workbook

    if language not in LANGUAGES:
        raise click.ClickException(f"There is no interface language {language}.")
    with create_app().app_context():
        try:
            found = get_city(city)
            part = workbooks.department_named(found, department) if department else None
            spec = workbooks.spec_for(found, year, language, department=part)
        except DomainError as error:
            raise click.ClickException(str(error)) from None
        file.write_bytes(write_workbook(spec))
    click.echo(f"{file}: {len(spec.rows)} rows")


@indicators.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path) -> None:
    """Write every published value to FILE: a workbook or a table, as its ending (.xlsx or .csv) says."""
    from icportal.app import create_app
    from icportal.indicators import workbooks
    from icportal.indicators.exchange.tables import FORMS, write_table

    form = file.suffix.lower().lstrip(".")
    if form not in FORMS:
        raise click.ClickException("FILE has to end in .xlsx or .csv.")
    with create_app().app_context(), file.open("wb") as out:
        count = write_table(workbooks.PUBLISHED_COLUMNS, workbooks.published_rows(), out, form=form)
    click.echo(f"{file}: {count} values")


reads_as_option = click.option(
    "--reads-as", default="en", show_default=True, metavar="LANGUAGE", help="The language numbers typed as text are written in."
)
city_option = click.option("--city", required=True, metavar="SLUG", help="The city, as it stands in addresses.")
year_option = click.option("--year", required=True, type=click.IntRange(1900, 2200), help="The year the values are asked for.")
workbook_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
REFUSED, UNREADABLE = 1, 2


@indicators.command()
@city_option
@year_option
@reads_as_option
@workbook_argument
@click.pass_context
def check(context: click.Context, city: str, year: int, reads_as: str, file: Path) -> None:
    """Say what importing FILE would do, cell by cell, and write nothing.

    Ends with 1 when a cell is refused, with 2 when the file cannot be read at all.
    """
    from icportal.app import create_app
    from icportal.cities.queries import get_city
    from icportal.core.errors import DomainError
    from icportal.i18n.locales import LANGUAGES
    from icportal.indicators import imports
    from icportal.indicators.exchange.layout import Unreadable
    from icportal.indicators.services import importing

    if reads_as not in LANGUAGES:
        raise click.ClickException(f"There is no interface language {reads_as}.")
    with create_app().app_context():
        try:
            told = importing.verdicts(file.read_bytes(), city=get_city(city), year=year, reads_as=reads_as)
        except DomainError as error:
            raise click.ClickException(str(error)) from None
        except Unreadable as error:
            click.echo(str(error.finding), err=True)
            context.exit(UNREADABLE)
        for line in imports.verdict_lines(told.cells):
            click.echo(line)
        click.echo(imports.counted(told.counts))
    context.exit(REFUSED if told.counts.get("refused") else 0)


@indicators.command("import")
@city_option
@year_option
@reads_as_option
@as_option
@click.option("--only-good", is_flag=True, help="Leave refused cells out instead of taking over nothing.")
@workbook_argument
@click.pass_context
def import_(
    context: click.Context,
    *,
    city: str,
    year: int,
    reads_as: str,
    email: str,
    only_good: bool,
    file: Path,
) -> None:
    """Import FILE: everything, or nothing where a cell is refused or was changed by somebody else since.

    Ends with 1 when nothing was taken over, with 2 when the file cannot be read at all.
    """
    from icportal.cities.queries import get_city
    from icportal.core.errors import DomainError
    from icportal.i18n.locales import LANGUAGES
    from icportal.indicators import imports, services
    from icportal.web.cycle import commit

    if reads_as not in LANGUAGES:
        raise click.ClickException(f"There is no interface language {reads_as}.")
    with acting(email) as actor, file.open("rb") as stream:
        try:
            batch = services.receive_import(
                stream, file.name, actor=actor, city=get_city(city), year=year, reads_as=reads_as, at_once=True
            )
        except DomainError as error:
            if error.field != "upload":
                raise
            click.echo(str(error), err=True)
            context.exit(UNREADABLE)
        try:
            services.accept_import(batch, actor=actor, seen_digest=batch.plan_digest, only_good=only_good)
        except DomainError:
            for line in imports.verdict_lines(imports.stored_cells(batch)):
                click.echo(line, err=True)
            raise
        commit()
        click.echo(f"import {batch.id}: {batch.result['written']} values taken over, {batch.result['left_out']} cells left out")
