"""The blueprint all pages of practices hang on, and what their views share."""

from __future__ import annotations

from flask import Blueprint

from icportal.content.desk import Answer

blueprint = Blueprint("practices", __name__, template_folder="../templates")

__all__ = ["Answer", "blueprint"]
