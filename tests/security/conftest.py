"""The world of the matrix: filled once for all tests of this folder that only read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from harness import PortalClient
from security.world import World, build

from icportal.app import create_app
from icportal.config import Mode, Settings
from icportal.core.db import db
from icportal.workflow import worklists


@pytest.fixture(scope="package")
def world(store: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    store.create("matrix", store.template("seeded"))
    settings = Settings(
        instance=tmp_path_factory.mktemp("matrix"),
        secret_key="only-for-tests-0123456789-abcdefghij",
        mode=Mode.TEST,
        base_url="http://localhost",
        database_url=store.url("matrix"),
        run_jobs_inline=True,
    )
    app = create_app(settings)
    app.test_client_class = PortalClient
    with pytest.MonkeyPatch.context() as patched:
        # The number beside "My work" is counted anew for every page: half the time of the table, and the lists are asked for themselves.
        patched.setattr(worklists, "waiting_count", lambda _actor: 0)
        yield build(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
