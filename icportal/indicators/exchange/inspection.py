"""What a file that claims to be a workbook really is, and whether opening it could do harm.

Runs before any parser and never holds an unpacked part: everything is looked at in chunks as it is unpacked. Light on
purpose, for the child process repeats it; ``gate`` puts its refusals into sentences.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any
from xml.parsers import expat

from icportal.indicators.exchange.layout import MOST_COLUMNS, MOST_ROWS

MB = 1024 * 1024
MOST_BYTES = 20 * MB
MOST_ENTRIES = 2000
MOST_UNPACKED, MOST_PART = 100 * MB, 80 * MB
MOST_RATIO, RATIO_COUNTS_FROM = 200, 2 * MB
#: The simple table of a network may be longer than a workbook of ours.
MOST_NETWORK_ROWS = 200_000
CHUNK = 256 * 1024
#: No declaration and no cell reference we look for is longer.
_OVERLAP = 64

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta)\b", re.IGNORECASE)
_NUMBER_ABOVE = {
    MOST_ROWS: rb"(?:[1-9]\d{5,}|[3-9]\d{4}|2(?:[1-9]\d{3}|0(?:[1-9]\d\d|0(?:[1-9]\d|0[1-9]))))",
    MOST_NETWORK_ROWS: rb"(?:[1-9]\d{6,}|[3-9]\d{5}|2(?:[1-9]\d{4}|0(?:[1-9]\d{3}|0(?:[1-9]\d\d|0(?:[2-9]\d|1\d|0[3-9])))))",
}
#: Columns after KN, which is the 300th.
_COLUMN_ABOVE = rb"(?:[A-Z]{3,}|[L-Z][A-Z]|K[O-Z])"
_REFERENCE = re.compile(r"([A-Z]{1,4})(\d{1,9})")
#: What zipfile and zlib raise at a damaged archive.
_DAMAGE = (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, RuntimeError, struct.error)


Watch = Callable[[str, bytes], None]
"""Is shown a part's name in small letters and a piece of it."""


class Refused(Exception):
    """The file is not read further; ``code`` and ``params`` are those of a finding."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def inspect(data: bytes, *, network: bool = False, watch: Watch | None = None) -> list[str]:
    """Look the file over. Returns the codes of what is worth telling about it.

    ``network`` allows the longer table of a network. ``watch`` is shown every piece of every part with its name, so
    that nobody has to unpack the file a second time.

    Raises:
        Refused: it is not an .xlsx workbook, is damaged, or could do harm.
    """
    _check_kind(data)
    archive = _opened(data)
    with archive:
        entries = archive.infolist()
        _check_contents(entries)
        _check_names(archive, {entry.filename.casefold() for entry in entries})
        _check_parts(archive, entries, len(data), MOST_NETWORK_ROWS if network else MOST_ROWS, watch)
    linked = any("/externallinks/" in entry.filename.casefold() for entry in entries)
    return ["file.external_links"] if linked else []


# --- what it is --------------------------------------------------------------------------------------------


def _check_kind(data: bytes) -> None:
    if not data:
        raise Refused("file.empty")
    if len(data) > MOST_BYTES:
        raise Refused("file.too_large", most=MOST_BYTES // MB)
    if data.startswith(_OLE):
        raise Refused(_ole_kind(data))
    if not data.startswith(_ZIP):
        raise Refused(_text_kind(data))


def _ole_kind(data: bytes) -> str:
    """Which of the old container's kinds: new Office files with a password come in it as well."""
    # Brings a library for ciphers with it, for files that are hardly ever met.
    import msoffcrypto

    try:
        encrypted = msoffcrypto.OfficeFile(io.BytesIO(data)).is_encrypted()
    except Exception:  # noqa: BLE001  a damaged container may fail in any way
        encrypted = False
    if encrypted or _utf16("EncryptedPackage") in data:
        return "file.encrypted"
    if _utf16("Workbook") in data or _utf16("Book") in data:
        return "file.xls"
    return "file.other_office"


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")


def _text_kind(data: bytes) -> str:
    """What a file is that is neither container."""
    start = data[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith(b"%PDF"):
        return "file.pdf"
    if b"schemas-microsoft-com:office:spreadsheet" in start:
        return "file.xml"
    if _HTML.search(start):
        return "file.html"
    if start.startswith(b"<"):
        return "file.xml"
    lines = start.splitlines()
    is_text = not any(byte < 9 or 13 < byte < 32 for byte in start)  # noqa: PLR2004  control characters
    if lines and is_text and any(mark in lines[0] for mark in (b";", b",", b"\t", b"|")):
        return "file.csv"
    return "file.not_workbook"


# --- the archive -------------------------------------------------------------------------------------------


def _opened(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGE:
        raise Refused("file.truncated") from None


def _check_contents(entries: Iterable[zipfile.ZipInfo]) -> None:
    """What the table of contents says of itself; whether it is true is counted later."""
    entries = list(entries)
    if len(entries) > MOST_ENTRIES:
        raise Refused("file.too_many_parts", most=MOST_ENTRIES)
    if len({entry.filename.casefold() for entry in entries}) != len(entries):
        raise Refused("file.damaged")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Refused("file.encrypted")
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise Refused("file.damaged")
        if entry.file_size > MOST_PART or (
            entry.file_size > RATIO_COUNTS_FROM and entry.file_size > MOST_RATIO * max(1, entry.compress_size)
        ):
            raise Refused("file.bomb")
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise Refused("file.bomb")


def _check_names(archive: zipfile.ZipFile, names: set[str]) -> None:
    if "mimetype" in names:
        kind = _beginning(archive, "mimetype")
        raise Refused("file.ods" if b"opendocument.spreadsheet" in kind else "file.other_office")
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name or "/activex/" in name for name in names):
        raise Refused("file.macros")
    if any("/embeddings/" in name for name in names):
        raise Refused("file.embedded")
    if "xl/workbook.bin" in names:
        raise Refused("file.xlsb")
    if "[content_types].xml" not in names:
        raise Refused("file.zip")
    if names & {"word/document.xml", "ppt/presentation.xml"}:
        raise Refused("file.other_office")
    if not any(name.startswith("xl/") for name in names):
        raise Refused("file.zip")


def _beginning(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as part:
            return part.read(200)
    except (KeyError, *_DAMAGE):
        return b""


def _check_parts(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], packed: int, most_rows: int, watch: Watch | None
) -> None:
    """Unpack every part once, counted, looking into it as it passes."""
    far = re.compile(rb"""["'](?:""" + _COLUMN_ABOVE + rb"\d+|[A-Z]+" + _NUMBER_ABOVE[most_rows] + rb""")["']""")
    unpacked = 0
    try:
        for entry in entries:
            name = entry.filename.casefold()
            is_xml = name.endswith((".xml", ".rels", ".vml"))
            is_sheet = is_xml and not name.endswith(".rels") and "/worksheets/" in name
            size, is_far = 0, False
            for piece, fresh in _pieces(archive, entry):
                size += fresh
                if size > MOST_PART or unpacked + size > MOST_UNPACKED or _is_blown_up(unpacked + size, packed):
                    raise Refused("file.bomb")
                if is_xml:
                    _check_text(name, piece)
                if watch is not None:
                    watch(name, piece)
                is_far = is_far or (is_sheet and far.search(piece) is not None)
            unpacked += size
            if is_far:
                _check_reach(archive, entry, most_rows)
    except _DAMAGE:
        raise Refused("file.damaged") from None


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """The part in chunks, each with the end of the one before, and how many of its bytes are new."""
    tail = b""
    with archive.open(entry) as part:
        while chunk := part.read(CHUNK):
            yield tail + chunk, len(chunk)
            tail = chunk[-_OVERLAP:]


def _is_blown_up(unpacked: int, packed: int) -> bool:
    return unpacked > RATIO_COUNTS_FROM and unpacked > MOST_RATIO * packed


def _check_text(name: str, piece: bytes) -> None:
    # A declaration may hide in two bytes a letter; without the zero bytes it reads the same.
    plain = piece.replace(b"\0", b"") if b"\0" in piece else piece
    if b"<!" in plain and any(declaration in plain for declaration in _DECLARATIONS):
        raise Refused("file.entities")
    if name == "[content_types].xml" and (b"macroEnabled" in plain or b"vbaProject" in plain):
        raise Refused("file.macros")


# --- cells far away ----------------------------------------------------------------------------------------


def _check_reach(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most_rows: int) -> None:
    """A cell far outside with something in it makes some readers take hundreds of gigabytes; empty ones do not matter."""
    reach = _Reach(most_rows)
    with archive.open(entry) as part:
        feed(part, reach.parser)


class _Reach:
    def __init__(self, most_rows: int) -> None:
        self._most_rows = most_rows
        self._reference = ""
        self.parser = safe_parser()
        self.parser.StartElementHandler = self._start

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "c":
            # Understood only when something stands in the cell: a million empty ones are passed by.
            self._reference = attributes.get("r", "")
        elif self._reference and name in {"v", "f", "is"} and is_far(self._reference, self._most_rows):
            raise Refused("file.too_far", cell=self._reference[:12], rows=self._most_rows, columns=MOST_COLUMNS)


def local(tag: str) -> str:
    """The name of an element without its prefix."""
    return tag.rpartition(":")[2] if ":" in tag else tag


def is_far(reference: str, most_rows: int = MOST_ROWS) -> bool:
    found = _REFERENCE.fullmatch(reference)
    return found is None or column_number(found[1]) > MOST_COLUMNS or int(found[2]) > most_rows


def column_number(letters: str) -> int:
    """A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def safe_parser() -> expat.XMLParserType:
    """A parser that refuses every declaration of a document type, and with it every entity."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_declaration
    parser.EntityDeclHandler = _no_declaration
    return parser


def _no_declaration(*_: Any) -> None:
    raise Refused("file.entities")


def feed(part: IO[bytes], parser: expat.XMLParserType) -> None:
    """Give a part to a parser bit by bit.

    Raises:
        Refused: it is not well-formed.
    """
    try:
        while chunk := part.read(CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, UnicodeError):
        raise Refused("file.damaged") from None
