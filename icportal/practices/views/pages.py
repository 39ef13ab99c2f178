"""The blueprint all pages of practices hang on, and what their views share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from icportal.web.forms import VersionedForm

blueprint = Blueprint("practices", __name__, template_folder="../templates")

Answer = Any
"""A page, a page with its status, a redirect, or data: whatever Flask makes an answer of."""


def shown_again(form: Any, version: int) -> Any:
    """The form with everything typed, ready to be sent once more over what stands now."""
    form.version.raw_data = None
    form.version.data = version
    return form


def seen_version(form: VersionedForm) -> int:
    """The version of the thing the form speaks of."""
    return form.version.data or 0
