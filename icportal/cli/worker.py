"""`icportal worker`: do the waiting jobs, send the waiting mail, and keep the calendar."""

from __future__ import annotations

import logging

import click
from flask import Flask

from icportal.config import Settings
from icportal.core import queue

#: Seconds between two looks at the bell when nothing happens: the longest a job waits before it begins.
LONGEST_SLEEP = 0.5


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
def worker(once: bool) -> None:  # noqa: FBT001  click's way of a flag
    """Do the waiting jobs and send the waiting mail."""
    from icportal.app import create_app

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = Settings.load()
    if not settings.demo and not settings.smtp_url:
        click.echo("Warning: no mail leaves, because SMTP_URL is not set.", err=True)
    work(create_app(settings), once=once)


def work(app: Flask, *, once: bool = False) -> None:
    """Stay until SIGTERM or SIGINT; what is being done then is finished first."""
    me = queue.new_worker_id()
    with app.app_context():
        queue.recover(me)
        queue.tick(me)
        bell = queue.huey_of(app)
    if once:
        return
    bell.create_consumer(
        workers=1, periodic=True, max_delay=LONGEST_SLEEP, check_worker_health=True, graceful_signal="TERM"
    ).run()
