"""The blueprint of toolkits, and what its pages share."""

from __future__ import annotations

from flask import Blueprint

from icportal.content.desk import Answer

blueprint = Blueprint("toolkits", __name__, template_folder="../templates")

__all__ = ["Answer", "blueprint"]
