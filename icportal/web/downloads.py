"""Files the portal makes for one reader."""

from __future__ import annotations

from flask import Response

from icportal.core import files
from icportal.core.files import StoredFile
from icportal.core.filetypes import KINDS, FileKind


def made_file(data: bytes, name: str, kind: FileKind) -> Response:
    """Something the portal made for this reader, kept by nobody on the way."""
    file = StoredFile(name=name, size=len(data), kind=kind, media_type=KINDS[kind].media_type)
    return Response(data, headers={**files.headers_for(file), "Cache-Control": "no-store"})
