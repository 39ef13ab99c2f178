"""What does a practice cost that is saved, submitted, approved and published through the services?"""

from __future__ import annotations

import statistics
import time

from benchmarks.fill import invent
from benchmarks.stage import Stage
from icportal.core.actors import Actor, Grant, Role
from icportal.core.clock import now

GOAL = 12.0
ITEMS = 60
#: A database of its own: what is published here would change the pages that others measure.
SIZE = 500


def ask(stage: Stage, kind: str, *, count: int, seconds: float, rounds: int) -> bool:  # noqa: ARG001  asked like the others
    """Print the median; whether it is below the goal."""
    app = stage.portal(stage.database(kind, SIZE))
    with app.app_context():
        times = [one_item(number) for number in range(SIZE, SIZE + ITEMS)][10:]
    middle = statistics.median(times)
    print(
        f"\nSave, submit, approve and publish, four eyes, a commit for each of the three steps, {kind}: "
        f"median {middle:.1f} ms, nine of ten below {sorted(times)[len(times) * 9 // 10]:.1f} ms, goal {GOAL:.0f} ms"
        f"{'' if middle <= GOAL else '  missed'}"
    )
    return middle <= GOAL


def one_item(number: int) -> float:
    """Milliseconds from an empty draft to a published practice. Making the draft and its facts is not counted."""
    from sqlalchemy import select

    from icportal.cities.models import City
    from icportal.content import services as content
    from icportal.core.db import db
    from icportal.practices import services as practices

    city = db.session.scalars(select(City).order_by(City.id).limit(1)).one()
    author = Actor(id=1, name="Ada Example", email="ada@example.org", grants=(Grant(Role.CITY_OFFICER, city_id=city.id),))
    reviewer = Actor(id=2, name="Bea Example", email="bea@example.org", grants=(Grant(Role.COORDINATOR),))
    sample = invent(number, [city.id], ["health", "housing"], now())
    body = sample.bodies[sample.source]
    practice = practices.create_practice(actor=author, city=city, language=sample.source, title=body["title"])
    practice.commitments, practice.themes = list(sample.commitments), list(sample.themes)
    version = practice.item.source
    db.session.commit()
    began = time.perf_counter()
    content.save_source(version, body, actor=author, seen=version.version)
    db.session.commit()
    practices.move_version(practice, version, "submit", actor=author, seen=version.version)
    db.session.commit()
    practices.move_version(
        practice, version, "approve", actor=reviewer, seen=version.version, seen_hash=version.head.sha256 if version.head else ""
    )
    db.session.commit()
    return (time.perf_counter() - began) * 1000
