"""`icportal verify` finds values that were changed behind the portal's back."""

from __future__ import annotations

from typing import Any

import indicator_world as world
import pytest
from flask import Flask
from sqlalchemy import text

from icportal.cli.verify import findings
from icportal.core.db import db

CHANGES = {
    "observation": "UPDATE observation SET city_id = 99999 WHERE id = :id",
    "the newest version": "UPDATE observation SET current = NOT current WHERE id = :id",
    "published of observation": "UPDATE published_observation SET amount = 1 WHERE observation_id = :id",
    "indicator_delivery": "UPDATE indicator_delivery SET state = 'draft' WHERE city_id = :city AND year = 2024",
}


@pytest.mark.databases
@pytest.mark.parametrize("told", CHANGES)
def test_a_changed_value_is_found(seeded_app: Flask, told: str) -> None:
    with seeded_app.app_context():
        value: Any = world.put("vienna", 2024, {"POP01": 24})[0]
        world.publish("vienna", 2024)
        values = {"id": value.id, "city": value.city_id}
        assert findings() == []
        db.session.execute(text(CHANGES[told]), {name: each for name, each in values.items() if f":{name}" in CHANGES[told]})
        db.session.commit()
        assert any(told in line for line in findings())
