"""All files of an edition in one archive, the same byte for byte whenever it is made."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC
from tempfile import SpooledTemporaryFile
from typing import IO

from icportal.core import files
from icportal.reporting.models import ReportEdition

MEDIA_TYPE = "application/zip"
#: Larger archives are written to a temporary file: only one file of the edition is in memory at a time.
IN_MEMORY = 4 * 1024 * 1024
_CHUNK = 64 * 1024
_READABLE = 0o644 << 16
_UNIX = 3


def name_of(edition: ReportEdition) -> str:
    """What the archive, and the folder in it, is called."""
    return f"{edition.report.slug}-{edition.number}"


def pack(edition: ReportEdition) -> tuple[IO[bytes], int]:
    """The archive, open at its beginning, and its size in bytes. ``sha256sum -c checksums.txt`` holds in its folder.

    Documents are compressed in themselves: nothing is gained by doing it again.

    Raises:
        NotFound: the content of a file is missing.
    """
    kept = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  whoever hands it out closes it
    frozen = edition.frozen_at
    assert frozen is not None
    stamp = frozen.astimezone(UTC).timetuple()[:6]
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_STORED) as archive:
        for file in edition.files:
            entry = zipfile.ZipInfo(f"{name_of(edition)}/{file.name}", stamp)
            entry.external_attr, entry.create_system = _READABLE, _UNIX
            archive.writestr(entry, files.open_file(file.file).getbuffer())
    size = kept.tell()
    kept.seek(0)
    return kept, size


def chunks(kept: IO[bytes]) -> Iterator[bytes]:
    """The archive piece by piece; closed at the end."""
    with kept:
        while piece := kept.read(_CHUNK):
            yield piece
