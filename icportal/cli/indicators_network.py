"""`icportal indicators network`: tables and workbooks of several cities, through the code the pages use."""

from __future__ import annotations

from pathlib import Path

import click

from icportal.cli.acting import acting, as_option

REFUSED, UNREADABLE = 1, 2

reads_as_option = click.option(
    "--reads-as", default="en", show_default=True, metavar="LANGUAGE", help="The language numbers typed as text are written in."
)
table_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def network() -> None:
    """Exchange the values of several cities at once."""


@network.command()
@click.option("--year", required=True, type=click.IntRange(1900, 2200), help="The year the values are asked for.")
@click.option("--cities", default="", metavar="SLUGS", help="Cities separated by commas; all when none is named.")
@click.option(
    "--families", default="", metavar="NAMES", help="Families of indicators separated by commas; all when none is named."
)
@click.option("--language", default="en", show_default=True, help="An interface language.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template(*, year: int, cities: str, families: str, language: str, file: Path) -> None:
    """Write the workbook of several cities to FILE. Confidential values are not in it."""
    from icportal.app import create_app
    from icportal.cities.queries import all_cities, get_city
    from icportal.core.errors import DomainError
    from icportal.indicators import workbooks
    from icportal.indicators.exchange.writing import write_workbook

    with create_app().app_context():
        try:
            wanted = [get_city(slug) for slug in _listed(cities)] or all_cities(language)
            spec = workbooks.network_spec(wanted, year, language, families=_listed(families))
        except DomainError as error:
            raise click.ClickException(str(error)) from None
        file.write_bytes(write_workbook(spec))
    click.echo(f"{file}: {len(spec.rows)} rows")


@network.command()
@reads_as_option
@as_option
@table_argument
@click.pass_context
def check(context: click.Context, *, reads_as: str, email: str, file: Path) -> None:
    """Say what importing FILE would do, and write nothing.

    Ends with 1 when a cell is refused, with 2 when the file cannot be read at all.
    """
    from icportal.core.db import db
    from icportal.indicators import imports
    from icportal.indicators.services import network as tables
    from icportal.indicators.services import network_imports

    with acting(email) as actor, file.open("rb") as stream:
        batch = network_imports.receive_network(stream, file.name, actor=actor, reads_as=reads_as)
        tables.check_network(batch)
        unreadable, refused = batch.state == "refused", batch.counts.get("refused")
        for line in [*imports.sentences_of(batch), *imports.verdict_lines(imports.stored_cells(batch))]:
            click.echo(line, err=unreadable)
        if not unreadable:
            click.echo(imports.counted(batch.counts))
        db.session.rollback()
    context.exit(UNREADABLE if unreadable else REFUSED if refused else 0)


@network.command("import")
@reads_as_option
@as_option
@click.option("--only-good", is_flag=True, help="Leave refused cells out instead of whole cities' years.")
@table_argument
@click.pass_context
def import_(context: click.Context, *, reads_as: str, email: str, only_good: bool, file: Path) -> None:
    """Import FILE: each city's year whole, or not at all where a cell of it is refused.

    Ends with 1 when nothing was taken over, with 2 when the file cannot be read at all.
    """
    from icportal.indicators import imports
    from icportal.indicators.services import network as tables
    from icportal.indicators.services import network_imports
    from icportal.web.cycle import commit

    with acting(email) as actor, file.open("rb") as stream:
        batch = network_imports.receive_network(stream, file.name, actor=actor, reads_as=reads_as)
        tables.check_network(batch)
        if batch.state == "refused":
            for line in imports.sentences_of(batch):
                click.echo(line, err=True)
            context.exit(UNREADABLE)
        done = tables.accept_network(batch, actor=actor, only_good=only_good, seen_digest=batch.plan_digest)
        commit()
        click.echo(
            f"import {batch.id}: {done['written']} values of {done['deliveries']} deliveries taken over, {done['left_out']} deliveries left out"
        )


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
