"""The migrations lead to exactly what the models say, forwards and back, with data in the tables, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select

from icportal.config import ROOT
from icportal.core.db import db

FOLDER = str(ROOT / "migrations")


def scripts() -> ScriptDirectory:
    configuration = Config()
    configuration.set_main_option("script_location", FOLDER)
    return ScriptDirectory.from_config(configuration)


def test_there_is_one_head() -> None:
    assert len(scripts().get_heads()) == 1


def test_migrations_do_not_lean_on_the_application() -> None:
    """What they mean must not change when the application does."""
    wrong = [script.path for script in scripts().walk_revisions() if "icportal" in Path(script.path).read_text(encoding="utf-8")]
    assert wrong == []


@pytest.mark.databases
def test_the_head_is_what_the_models_say(app: Flask) -> None:
    options = {
        "compare_type": True,
        "include_name": lambda name, kind, _parents: not (kind == "table" and (name or "").startswith(("sqlite_", "search_fts"))),
    }
    with app.app_context(), db.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts=options), db.metadata)
    assert found == [], "make a migration"


@pytest.mark.databases
@pytest.mark.slow
def test_down_and_up_again_with_the_facts_loaded(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        tables = set(inspect(db.engine).get_table_names())
        assert db.session.scalar(select(func.count()).select_from(db.metadata.tables["city"]))
        db.session.remove()
        downgrade(directory=FOLDER, revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade(directory=FOLDER)
        assert set(inspect(db.engine).get_table_names()) == tables
        db.engine.dispose()
