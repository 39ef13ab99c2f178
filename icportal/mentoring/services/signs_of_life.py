"""What shows that a pairing lives: the count of silent days begins anew."""

from __future__ import annotations

from sqlalchemy import update

from icportal.core.clock import today
from icportal.core.db import db
from icportal.mentoring.models import Pairing


def show_life(pairing: Pairing) -> None:
    """Both cities have done something today: nobody asks whether all is well.

    Beside the version of the pairing: whoever is about to take a step in it has not been overtaken by a line in the journal.
    """
    db.session.flush()
    alive = update(Pairing).where(Pairing.id == pairing.id).values(last_activity_on=today(), asked_on=None, told_on=None)
    db.session.execute(alive, execution_options={"synchronize_session": "evaluate"})
