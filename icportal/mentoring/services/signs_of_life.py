"""What shows that a pairing lives: the count of silent days begins anew."""

from __future__ import annotations

from icportal.core.clock import today
from icportal.core.db import db
from icportal.mentoring.models import Pairing


def show_life(pairing: Pairing) -> None:
    """Both cities have done something today: nobody asks whether all is well."""
    pairing.last_activity_on, pairing.asked_on, pairing.told_on = today(), None, None
    db.session.flush()
