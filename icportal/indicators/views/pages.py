"""The blueprint all pages of indicators hang on, and what their views share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from icportal.core import files
from icportal.core.filetypes import KINDS, FileKind

blueprint = Blueprint("indicators", __name__, template_folder="../templates")

Answer = Any
"""A page, a page with its status, a redirect, or data: whatever Flask makes an answer of."""


def workbook_answer(data: bytes, name: str) -> Response:
    """A workbook as a file to be saved, kept by nobody on the way."""
    kind = FileKind.WORKBOOK
    file = files.StoredFile(name=name, size=len(data), kind=kind, media_type=KINDS[kind].media_type)
    return Response(data, headers={**files.headers_for(file), "Cache-Control": "no-store"})
