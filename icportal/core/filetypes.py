"""What an uploaded file really is, found in its bytes; its name and the browser's word count for nothing.

Only kinds that can be checked are known. Whatever could act on its own (script in a PDF, a macro, a template
fetched from elsewhere) or unpack into something bigger than it seems is refused, with a sentence that says so.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from icportal.core.errors import DomainError
from icportal.core.strings import Text, _, _l

MB = 1024 * 1024
MOST_UNPACKED = 100 * MB
MOST_ENTRIES = 2000
# Office files shrink to a fiftieth at the very most; a bomb to a thousandth.
MOST_RATIO = 150
RATIO_COUNTS_FROM = 2 * MB
MOST_PIXELS = 60_000_000
_CHUNK = 64 * 1024


class FileKind(StrEnum):
    """The kinds of file the portal takes."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    DOCUMENT = "docx"
    WORKBOOK = "xlsx"


@dataclass(frozen=True)
class KindOfFile:
    """How a kind is called, sent and named. ``endings`` begins with the one we give."""

    label: Text
    media_type: str
    endings: tuple[str, ...]


KINDS: dict[FileKind, KindOfFile] = {
    FileKind.PDF: KindOfFile(_l("PDF"), "application/pdf", ("pdf",)),
    FileKind.PNG: KindOfFile(_l("PNG picture"), "image/png", ("png",)),
    FileKind.JPEG: KindOfFile(_l("JPEG picture"), "image/jpeg", ("jpg", "jpeg", "jpe")),
    FileKind.DOCUMENT: KindOfFile(
        _l("Word document (.docx)"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",)
    ),
    FileKind.WORKBOOK: KindOfFile(
        _l("Excel workbook (.xlsx)"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",)
    ),
}

IMAGES = frozenset({FileKind.PNG, FileKind.JPEG})
SCANS = frozenset({FileKind.PDF, FileKind.PNG, FileKind.JPEG})
DOCUMENTS = frozenset(FileKind)

_MAIN_PARTS = {
    FileKind.DOCUMENT: ("word/document.xml", b"wordprocessingml.document.main+xml"),
    FileKind.WORKBOOK: ("xl/workbook.xml", b"spreadsheetml.sheet.main+xml"),
}
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!\x1a", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names of the PDF format that make a reader act instead of show.
_ACTING = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia)(?![A-Za-z0-9])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_FETCHING = re.compile(rb"relationships/(?:attachedTemplate|oleObject|frame|subDocument)\b")


def recognise(data: bytes, kinds: Collection[FileKind], *, field: str | None = None) -> FileKind:
    """The kind of these bytes, checked through.

    Raises:
        DomainError: at ``field``: of none of the ``kinds``, damaged, or able to do harm.
    """
    try:
        return _checked(data, kinds)
    except DomainError as error:
        raise DomainError(error.message, field) from None


def _checked(data: bytes, kinds: Collection[FileKind]) -> FileKind:
    kind = _kind_of(data)
    if kind is None or kind not in kinds:
        raise DomainError(_wrong_kind(data, kinds))
    if kind is FileKind.PDF:
        _check_pdf(data)
    elif kind is FileKind.PNG:
        _check_png(data)
    elif kind is FileKind.JPEG:
        _check_jpeg(data)
    else:
        _check_office(data)
    return kind


def _kind_of(data: bytes) -> FileKind | None:
    if data.startswith(b"%PDF-"):
        return FileKind.PDF
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if data.startswith(b"PK\x03\x04"):
        return _office_kind(data)
    return None


def _wrong_kind(data: bytes, kinds: Collection[FileKind]) -> Text:
    wanted = ", ".join(str(KINDS[kind].label) for kind in FileKind if kind in kinds)
    if data.startswith(_OLD_OFFICE):
        return _(
            "This Office file is protected by a password or in an old format. Save it anew without a password as: %(kinds)s.",
            kinds=wanted,
        )
    if set(kinds) == {FileKind.PDF}:
        return _("This file is not a PDF. Save or scan the document as a PDF and choose it again.")
    return _("This file is of a kind that cannot be used here. Choose one of these: %(kinds)s.", kinds=wanted)


def _damaged() -> DomainError:
    return DomainError(_("This file is damaged or not complete. Save it again and choose it once more."))


def _no_second_nature(data: bytes) -> None:
    """A file that is an archive as well would be one thing to us and another to who opens it."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        raise DomainError(_("This file holds a hidden archive. Save it again from the program it was made with."))


# --- PDF ---------------------------------------------------------------------------------------------------


def _check_pdf(data: bytes) -> None:
    end = data.rfind(b"%%EOF")
    if end < 0 or data[end + 5 :].strip(b"\0\t\n\f\r ") or b"startxref" not in data:
        raise _damaged()
    _no_second_nature(data)
    structure, streams = _pdf_parts(data)
    structure = _unescaped(structure)
    if re.search(rb"/Encrypt(?![A-Za-z0-9])", structure):
        raise DomainError(_("This PDF is protected by a password. Save it without protection and choose it again."))
    unpacked = 0
    for dictionary, body in streams:
        dictionary = _unescaped(dictionary)  # noqa: PLW2901  the same words, readable
        if b"/ObjStm" not in dictionary and b"/XRef" not in dictionary:
            continue
        content = _pdf_stream(dictionary, body)
        unpacked += len(content)
        if unpacked > MOST_UNPACKED:
            raise _too_big_unpacked()
        if b"/ObjStm" in dictionary:
            structure += b"\n" + _unescaped(content)
    if _ACTING.search(structure):
        raise DomainError(_("This PDF contains a script or starts another program. Print it to a new PDF and choose that one."))


def _pdf_parts(data: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The file without the bodies of its streams, and each stream with what was written before it."""
    rest, streams, place = [], [], 0
    while True:
        start = data.find(b"stream", place)
        while start >= 0 and data[start + 6 : start + 7] not in {b"\r", b"\n"}:
            start = data.find(b"stream", start + 6)
        if start < 0:
            break
        stop = data.find(b"endstream", start)
        if stop < 0:
            break
        before = data[place:start]
        rest.append(before)
        streams.append((before[before.rfind(b" obj") + 1 :], data[start + 6 : stop].lstrip(b"\r\n")))
        place = stop + len(b"endstream")
    rest.append(data[place:])
    return b"\n".join(rest), streams


def _pdf_stream(dictionary: bytes, body: bytes) -> bytes:
    """Unpack a stream that holds objects; one packed in a way we cannot read is not let through unread."""
    if b"/Filter" not in dictionary:
        return body
    filters = re.findall(rb"/(\w+Decode|Crypt)", dictionary)
    if filters != [b"FlateDecode"] or (b"/ObjStm" in dictionary and b"/Predictor" in dictionary):
        if b"/ObjStm" not in dictionary:
            return b""
        raise DomainError(_("This PDF cannot be checked. Print it to a new PDF and choose that one."))
    try:
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(body, MOST_UNPACKED)
    except zlib.error:
        raise _damaged() from None
    if unpacker.unconsumed_tail:
        raise _too_big_unpacked()
    return content


def _unescaped(names: bytes) -> bytes:
    """``/J#53`` is ``/JS`` to a reader."""
    return _ESCAPED.sub(lambda match: bytes([int(match.group(1), 16)]), names)


# --- pictures ----------------------------------------------------------------------------------------------


def _check_png(data: bytes) -> None:
    if data[12:16] != b"IHDR" or not data.endswith(b"\0\0\0\0IEND\xaeB`\x82"):
        raise _damaged()
    place = 8
    while place + 12 <= len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        place += 12 + length
    if place != len(data):
        raise _damaged()
    _check_pixels(*struct.unpack(">II", data[16:24]))


def _check_jpeg(data: bytes) -> None:
    place = 2
    while place + 9 <= len(data):
        if data[place] != 0xFF:  # noqa: PLR2004  every segment begins with it
            raise _damaged()
        marker = data[place + 1]
        if marker == 0xFF:  # noqa: PLR2004  a fill byte
            place += 1
            continue
        (length,) = struct.unpack(">H", data[place + 2 : place + 4])
        if marker in range(0xC0, 0xD0) and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            _check_pixels(width, height)
            break
        place += 2 + length
    else:
        raise _damaged()
    if b"\xff\xd9" not in data[place:]:
        raise _damaged()
    _no_second_nature(data)


def _check_pixels(width: int, height: int) -> None:
    if not width or not height:
        raise _damaged()
    if width * height > MOST_PIXELS:
        raise DomainError(
            _("This picture has more than %(millions)s million pixels. Make it smaller.", millions=MOST_PIXELS // 1_000_000)
        )


# --- Office ------------------------------------------------------------------------------------------------


def _office_kind(data: bytes) -> FileKind | None:
    """Which Office file an archive is, from its table of contents only."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist()[: MOST_ENTRIES + 1])
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error):
        raise _damaged() from None
    for kind, (part, _type) in _MAIN_PARTS.items():
        if part in names and "[Content_Types].xml" in names:
            return kind
    return None


def _check_office(data: bytes) -> None:
    """Unpack every entry, counted, and look for what acts. Sizes an archive claims are not believed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
                raise _too_big_unpacked()
            if len({entry.filename.casefold() for entry in entries}) != len(entries):
                raise _damaged()
            unpacked, types = 0, b""
            for entry in entries:
                _check_entry(entry)
                content = _unpack(archive, entry, MOST_UNPACKED - unpacked)
                unpacked += len(content)
                if unpacked > RATIO_COUNTS_FROM and unpacked > MOST_RATIO * len(data):
                    raise _too_big_unpacked()
                _check_part(entry.filename, content)
                if entry.filename == "[Content_Types].xml":
                    types = content
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, RuntimeError, struct.error):
        raise _damaged() from None
    if b"macroEnabled" in types or b"vbaProject" in types:
        raise _macro()
    if not any(main in types for _part, main in _MAIN_PARTS.values()):
        raise _damaged()


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if entry.flag_bits & 0x1:
        raise DomainError(_("This file is protected by a password. Save it without one and choose it again."))
    if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or "\0" in name:
        raise _damaged()
    if entry.file_size > RATIO_COUNTS_FROM and entry.file_size > MOST_RATIO * 10 * max(1, entry.compress_size):
        raise _too_big_unpacked()


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    content = bytearray()
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            content += chunk
            if len(content) > most:
                raise _too_big_unpacked()
    return bytes(content)


def _check_part(name: str, content: bytes) -> None:
    lower = name.casefold()
    if lower.endswith(("vbaproject.bin", "vbadata.xml")) or "/activex/" in lower or "/macrosheets/" in lower:
        raise _macro()
    if content.startswith(_ARCHIVES) or content.startswith(_OLD_OFFICE):
        raise DomainError(_("This file contains another file. Take the embedded file out and choose it again."))
    if lower.endswith((".xml", ".rels", ".vml")):
        # A declaration may hide in two bytes a letter; without the zero bytes it reads the same.
        plain = content.replace(b"\0", b"")
        if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
            raise _damaged()
        if lower.endswith(".rels") and _FETCHING.search(plain) and b'External"' in plain:
            raise _macro()


def _macro() -> DomainError:
    return DomainError(_("This file contains macros or fetches parts from elsewhere. Save it without them and choose it again."))


def _too_big_unpacked() -> DomainError:
    return DomainError(_("This file unpacks to far more than its size and was not opened. Save it again with less in it."))
