"""A small application around the kernel alone: no domain, no pages."""

from __future__ import annotations

import pytest
from flask import Flask

from icportal.config import ROOT, Mode, Settings
from icportal.core import audit, files, outbox, permissions, queue, throttle, tokens  # noqa: F401  their tables
from icportal.core.db import db
from icportal.i18n import catalogues


def make_kernel(instance, **changes):
    instance.mkdir(parents=True, exist_ok=True)
    settings = Settings(instance=instance, secret_key="only-for-tests-0123456789-abcdefghij", mode=Mode.TEST, **changes)
    app = Flask("icportal", template_folder="web/templates", root_path=str(ROOT / "icportal"))
    app.config.update(SETTINGS=settings, SECRET_KEY=settings.secret_key, SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url)
    db.init_app(app)
    catalogues.init_app(app)
    outbox.set_language_switch(catalogues.in_language)
    for rules in (queue.RULES, outbox.RULES):
        permissions.register(rules)
    with app.app_context():
        db.create_all()
    return app


@pytest.fixture
def kernel_settings():
    """Override in a module, or parametrize, for other settings."""
    return {}


@pytest.fixture
def kernel(store, tmp_path, kernel_settings):
    """The kernel on an empty database, inside its context; jobs wait until they are asked for."""
    store.create("kernel", "")
    app = make_kernel(tmp_path / "instance", database_url=store.url("kernel"), **kernel_settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
