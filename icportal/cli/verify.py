"""``icportal verify``: whether the history is what was written."""

from __future__ import annotations

import click
from sqlalchemy import text

from icportal.app import create_app
from icportal.content import verification
from icportal.core import audit, files
from icportal.core.db import db
from icportal.indicators import verification as values
from icportal.indicators.services import releasing
from icportal.mentoring import verification as mentoring
from icportal.plans import verification as plans
from icportal.reporting import verification as responses
from icportal.reporting.services import editions, freezing
from icportal.toolkits import verification as toolkits
from icportal.workflow import engine
from icportal.workflow.definition import registered

#: Where each workflow keeps its state.
STATE_TABLES = {
    "content.version": "content_language_version",
    "charter.signature": "charter_signature",
    "indicators.delivery": "indicator_delivery",
    "reporting.round": "reporting_round",
    "reporting.response": "reporting_response",
    "reporting.report": "network_report",
    "plans.action": "plan_action",
    "plans.plan": "plan",
    "plans.progress": "plan_progress_round",
    "mentoring.programme": "mentoring_programme",
    "mentoring.application": "mentoring_application",
    "mentoring.pairing": "mentoring_pairing",
    "mentoring.visit": "mentoring_visit",
    "mentoring.rating": "mentoring_rating",
}


def findings() -> list[str]:
    """Everything that was changed behind the portal's back, a line each; empty when all is well."""
    found = [*audit.tampered(), *engine.tampered(), *verification.findings(), *values.findings(), *responses.findings()]
    found += [*toolkits.findings(), *plans.findings(), *mentoring.findings()]
    found += releasing.tampered() + freezing.tampered() + editions.tampered()
    found += [f"file {file.id} ({file.name}) is not in the store" for file in files.missing_files()]
    last = {(workflow, subject): state for workflow, subject, state in engine.last_states()}
    for key, table in STATE_TABLES.items():
        initial = registered()[key].initial
        for row in db.session.execute(text(f"SELECT id, state FROM {table} ORDER BY id")):  # noqa: S608  names of ours
            expected = last.get((key, row.id), initial)
            if row.state != expected:
                found.append(f"{table} {row.id} is “{row.state}”, its history says “{expected}”")
    return found


@click.command()
def verify() -> None:
    """Check the audit log, the workflow history, every revision, release and file against their hashes."""
    with create_app().app_context():
        found = findings()
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(1)
    click.echo("Everything is as it was written.")
