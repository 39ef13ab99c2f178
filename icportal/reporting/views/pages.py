"""The blueprint of reporting, and what its pages share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

blueprint = Blueprint("reporting", __name__, template_folder="../templates")

Answer = Any
"""A page, a page with its status, a redirect, or data: whatever Flask makes an answer of."""
