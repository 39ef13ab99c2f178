"""The blueprint of mentoring, and what its pages share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

blueprint = Blueprint("mentoring", __name__, template_folder="../templates")

Answer = Any
"""A page, a page with its status, a redirect, or data: whatever Flask makes an answer of."""

UNPROCESSABLE, CONFLICT = 422, 409
