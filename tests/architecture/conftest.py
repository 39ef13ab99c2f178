"""The portal put together once, without a database: routes, rules and templates are all that is asked of it."""

from __future__ import annotations

import pytest
from flask import Flask

from icportal.app import create_app
from icportal.config import Mode, Settings


@pytest.fixture(scope="package")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    instance = tmp_path_factory.mktemp("routes")
    return create_app(Settings(instance=instance, secret_key="only-for-tests-0123456789-abcdefghij", mode=Mode.TEST))
