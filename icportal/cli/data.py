"""`icportal data`: the facts shipped with the portal, into the database and out of it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from icportal.accounts.demonstration import DEMO_ACCOUNTS
from icportal.core.installation import settings
from icportal.i18n.locales import interface_codes

__all__ = ["DEMO_ACCOUNTS", "data", "load_all"]


def load_all() -> dict[str, int]:
    """Bring everything shipped into the database that is not there yet; gives how much of each was added.

    What people entered or changed is never touched, so a second call does nothing. Needs an application context;
    the caller commits.
    """
    from icportal.accounts.services.demonstration import create_demonstration_accounts
    from icportal.charter import loading as charter
    from icportal.cities import loading as cities
    from icportal.core.actors import SYSTEM
    from icportal.core.db import db
    from icportal.indicators import loading as indicators
    from icportal.mentoring.services.demonstration import load_demonstration_programme
    from icportal.plans.services.demonstration import load_demonstration_plan
    from icportal.practices import loading as practices
    from icportal.reporting import loading as reporting
    from icportal.reporting.services.demonstration import load_demonstration_rounds
    from icportal.toolkits import loading as toolkits
    from icportal.web.page_cache import PublicStamp

    if db.session.get(PublicStamp, 1) is None:
        db.session.add(PublicStamp(id=1, value=0))
    added = {
        "charter versions": charter.load_versions(),
        "cities": cities.load_cities(),
        "signatures": charter.load_signatures(),
        "timeline entries": cities.load_timeline(),
        "practices": practices.load_practices(actor=SYSTEM),
        "indicators": indicators.load_catalogue(actor=SYSTEM),
        "definitions of migrant": indicators.load_definitions(),
        "observations": indicators.load_observations(actor=SYSTEM),
        "toolkits": toolkits.load_toolkits(actor=SYSTEM),
        "questionnaires": reporting.load_questionnaires(actor=SYSTEM),
    }
    if settings().demo:
        # Before there are accounts, so that nobody gets a mail about them.
        added["demonstration rounds"] = load_demonstration_rounds()
        added["demonstration programmes"] = load_demonstration_programme()
        added["demonstration plans"] = load_demonstration_plan()
        added["demonstration accounts"] = len(create_demonstration_accounts())
    return added


@click.group()
def data() -> None:
    """Load, index anew and export the facts of the portal."""


@data.command()
def load() -> None:
    """Add what is shipped and not there yet: cities, charter, signatures, events, practices, indicators, figures, questionnaires."""
    with _application():
        from icportal.reporting.services.demonstration import freeze_demonstration_rounds
        from icportal.web.cycle import commit

        added = load_all()
        if settings().demo:
            freeze_demonstration_rounds()
        commit()
    for name, number in added.items():
        click.echo(f"{number:>6}  {name}")


@data.command()
def reindex() -> None:
    """Write the search index of all published texts anew."""
    with _application():
        from sqlalchemy import select

        from icportal.content import publication
        from icportal.content.models import ContentItem
        from icportal.core.db import db
        from icportal.web.cycle import commit

        items = db.session.scalars(select(ContentItem)).all()
        for item in items:
            publication.refresh(item)
        commit()
    click.echo(f"{len(items)} texts indexed.")


@data.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--language", type=click.Choice(interface_codes()), default="en", show_default=True, help="Language of names and texts."
)
def export(folder: Path, language: str) -> None:
    """Write the public lists (cities, signatories, practices) as JSON and CSV into FOLDER, as the portal's own pages give them."""
    from icportal.app import create_app
    from icportal.config import Settings

    app = create_app(Settings.load())
    visitor = app.test_client()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("cities", "signatories", "practices"):
            for form in ("json", "csv"):
                answer = visitor.get(f"/{language}/{name}.{form}", base_url=app.config["SETTINGS"].base_url)
                if answer.status_code != 200:  # noqa: PLR2004  OK
                    raise click.ClickException(f"The list of {name} could not be made: it answers {answer.status_code}.")
                (folder / f"{name}.{form}").write_bytes(answer.data)
                click.echo(folder / f"{name}.{form}" if form == "csv" else f"{folder / name}.json: {answer.get_json()['total']}")
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written ({error.strerror}): name another folder.") from None


def _application() -> Any:
    from icportal.app import create_app
    from icportal.config import Settings

    return create_app(Settings.load()).app_context()
