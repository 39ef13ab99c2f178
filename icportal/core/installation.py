"""The settings of the running application, for code that is handed none.

``create_app`` puts them at ``app.config["SETTINGS"]``; nothing else reads that key.
"""

from __future__ import annotations

from typing import cast

from flask import current_app

from icportal.config import Settings


def settings() -> Settings:
    """The settings the current application was made with."""
    return cast("Settings", current_app.config["SETTINGS"])
