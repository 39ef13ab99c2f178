import io
import struct
import time
import unicodedata
import zipfile
import zlib
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icportal.core import files
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import DomainError, NotFound
from icportal.core.files import StoredFile, display_name, headers_for
from icportal.core.filetypes import DOCUMENTS, SCANS, FileKind, recognise

OFFICER = Actor(7, "O")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def pdf(body=b"", end=b"%%EOF\n"):
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog " + body + b" >>\nendobj\nxref\ntrailer\n<<>>\nstartxref\n9\n" + end


def pdf_with_stream(dictionary, content):
    return pdf(b">>\nendobj\n2 0 obj\n<< " + dictionary + b" >>\nstream\n" + content + b"\nendstream\nendobj\n3 0 obj <<")


def png(width=4, height=4):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 20)) + chunk(b"IEND", b"")


def jpeg(width=4, height=4):
    app0 = b"\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    return (
        b"\xff\xd8"
        + app0
        + b"\xff\xc0\x00\x0b\x08"
        + struct.pack(">HH", height, width)
        + b"\1\1\x11\0"
        + b"\xff\xda\0\2xx\xff\xd9"
    )


def office(parts=(), main="word/document.xml", content_type=WORD, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override PartName="/{main}" ContentType="{content_type}"/></Types>')
        archive.writestr(main, "<xml/>")
        for name, data in parts:
            archive.writestr(name, data)
    return buffer.getvalue()


def xlsx(parts=()):
    return office(parts, "xl/workbook.xml", EXCEL)


def encrypted(data):
    marked = bytearray(data)
    place = 0
    while (place := marked.find(b"PK\x01\x02", place)) >= 0:
        marked[place + 8] |= 1
        place += 4
    return bytes(marked)


def upload(data, name="deed.pdf", kinds=DOCUMENTS, **more):
    return files.accept_upload(io.BytesIO(data), name, kinds=kinds, actor=OFFICER, city_id=3, field="deed", **more)


GOOD = [
    (pdf(), FileKind.PDF),
    (png(), FileKind.PNG),
    (jpeg(), FileKind.JPEG),
    (office(), FileKind.DOCUMENT),
    (xlsx(), FileKind.WORKBOOK),
]

BAD = {
    "text": (b"hello", "cannot be used here"),
    "html": (b"<html><script>alert(1)</script>", "cannot be used here"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", "cannot be used here"),
    "gif": (b"GIF89a" + b"\0" * 30, "cannot be used here"),
    "program": (b"MZ\x90\0" + b"\0" * 60, "cannot be used here"),
    "html before a PDF": (b"<html>" + pdf(), "cannot be used here"),
    "half a PDF": (pdf()[:60], "damaged"),
    "html after a PDF": (pdf() + b"<script>", "damaged"),
    "PDF and archive": (pdf(end=office() + b"\n%%EOF\n"), "hidden archive|damaged"),
    "PDF with script": (pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "script"),
    "PDF with hidden script": (pdf(b"/OpenAction << /S /J#61vaScr#69pt /J#53 (x) >>"), "script"),
    "PDF that launches": (pdf(b"/AA << /S /Launch /F (cmd.exe) >>"), "script"),
    "PDF with packed script": (
        pdf_with_stream(b"/Type /ObjStm /Filter /FlateDecode", zlib.compress(b"1 0 << /S /JavaScript >>")), "script",
    ),
    "PDF with a packed bomb": (
        pdf_with_stream(b"/Type /ObjStm /Filter /FlateDecode", zlib.compress(b"\0" * 120_000_000)), "unpacks",
    ),
    "PDF packed in a way of its own": (pdf_with_stream(b"/Type /ObjStm /Filter [/ASCIIHexDecode /FlateDecode]", b"78"), "checked"),
    "PDF with broken packing": (pdf_with_stream(b"/Type /ObjStm /Filter /FlateDecode", b"xxxx"), "damaged"),
    "locked PDF": (pdf(b"/Encrypt 5 0 R"), "password"),
    "half a PNG": (png()[:-4], "damaged"),
    "PNG with a tail": (png() + office(), "damaged"),
    "PNG of a billion pixels": (png(40_000, 40_000), "pixels"),
    "JPEG with archive": (jpeg() + office(), "hidden archive"),
    "JPEG of a billion pixels": (jpeg(60_000, 60_000), "pixels"),
    "half a JPEG": (jpeg()[:30], "damaged"),
    "archive": (office(main="a.txt"), "cannot be used here"),
    "half a document": (office()[:-30], "damaged"),
    "bomb": (office([("word/media/x.xml", b"0" * 90_000_000)]), "unpacks"),
    "bigger bomb": (office([("word/a.xml", b"0" * 60_000_000), ("word/b.xml", b"0" * 60_000_000)]), "unpacks"),
    "many entries": (office([(f"word/{n}", b"") for n in range(2100)], compression=zipfile.ZIP_STORED), "unpacks"),
    "archive within": (office([("word/embeddings/x.bin", office())]), "another file"),
    "old Office within": (xlsx([("xl/embeddings/o.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")]), "another file"),
    "macro": (office([("word/vbaProject.bin", b"x")]), "macros"),
    "macro by type": (office(content_type="application/vnd.ms-word.document.macroEnabled.main+xml " + WORD), "macros"),
    "macro sheet": (xlsx([("xl/macrosheets/sheet1.xml", b"<x/>")]), "macros"),
    "template from elsewhere": (
        office([("word/_rels/settings.xml.rels", b'<Relationship Type="http://x/relationships/attachedTemplate" TargetMode="External"/>')]),
        "macros",
    ),
    "entities": (xlsx([("xl/sharedStrings.xml", b'<!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>')]), "damaged"),
    "entities in two bytes": (xlsx([("xl/x.xml", '<!DOCTYPE x [<!ENTITY a "a">]>'.encode("utf-16"))]), "damaged"),
    "way out": (office([("../../etc/passwd", b"x")]), "damaged"),
    "locked document": (encrypted(office()), "password"),
    "old or locked Office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old format"),
    "empty": (b"", "empty"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "kind"), GOOD, ids=[kind for _data, kind in GOOD])
def test_good_files_are_kept(kernel, data, kind):
    stored = upload(data, "Rats­beschluss.pdf")
    db.session.commit()
    assert (stored.kind, stored.size, stored.city_id, stored.uploaded_by) == (kind, len(data), 3, 7)
    assert files.open_file(stored).read() == data
    assert files.missing_files() == []


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_with_a_sentence_and_leave_nothing(kernel, name):
    data, words = BAD[name]
    begun = time.perf_counter()
    with pytest.raises(DomainError, match=words) as refused:
        upload(data)
    assert refused.value.field == "deed"
    assert time.perf_counter() - begun < 2
    assert db.session.query(StoredFile).count() == 0
    assert list(files.settings().instance.glob("files/**/*")) == []


def test_a_wrong_kind_names_what_would_do(kernel):
    with pytest.raises(DomainError, match="not a PDF"):
        upload(png(), kinds={FileKind.PDF})
    with pytest.raises(DomainError, match=r"PDF, PNG picture, JPEG picture"):
        upload(xlsx(), kinds=SCANS)


def test_a_large_file_is_refused_by_its_limit(kernel):
    class Endless(io.RawIOBase):
        read_bytes = 0

        def read(self, size=-1):
            assert size >= 0
            self.read_bytes += size
            return b"%PDF-1.7" + b"0" * (size - 8)

    stream = Endless()
    with pytest.raises(DomainError, match="larger than 10 MB"):
        files.accept_upload(stream, "x.pdf", kinds=SCANS, actor=OFFICER)
    assert stream.read_bytes == 10 * 1024 * 1024 + 1
    with pytest.raises(DomainError, match=r"1\.5 MB"):
        upload(b"0" * 1_572_865, limit=1_572_864)


def test_changed_missing_and_held_content_is_not_handed_out(kernel):
    stored = upload(pdf())
    (blob,) = [path for path in files.settings().instance.glob("files/**/*") if path.is_file()]
    assert blob.name == stored.sha256
    stored.state = "held"
    with pytest.raises(NotFound, match="being checked"):
        files.open_file(stored)
    stored.state = "ready"
    blob.write_bytes(b"x")
    for _what in ("changed", "missing"):
        with pytest.raises(NotFound):
            files.open_file(stored)
        assert files.missing_files() == [stored]
        blob.unlink(missing_ok=True)


def test_content_without_a_row_is_removed_after_a_while(kernel):
    upload(pdf())
    db.session.commit()
    upload(png())
    db.session.rollback()
    assert files.purge_orphans() == 0
    assert files.purge_orphans(timedelta(seconds=-5)) == 1
    assert files.missing_files() == []


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [("../../etc/passwd", "passwd.pdf"), ("C:\\Users\\x\\deed.PDF", "deed.PDF"), ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
     ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"), ("", "file.pdf"), ("CON.pdf", "file_CON.pdf"), ("Décision.pdf", "Décision.pdf"),
     ('a"b<c>.pdf', "a_b_c_.pdf"), ("...pdf", "pdf.pdf"), ("x\0.pdf", "x.pdf"), ("Απόφαση.pdf", "Απόφαση.pdf")],
)  # fmt: skip
def test_names_are_made_harmless(given_name, shown):
    assert display_name(given_name, FileKind.PDF) == shown


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=400), st.sampled_from(FileKind))
def test_any_name_travels(name, kind):
    from urllib.parse import unquote

    shown = display_name(name, kind)
    assert 0 < len(shown.encode()) <= 255
    assert not any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} or sign in "/\\" for sign in shown)
    file = StoredFile(name=shown, kind=kind, media_type="x/y", size=1)
    header = headers_for(file)["Content-Disposition"]
    assert header.isascii()
    assert "\n" not in header
    assert header.startswith('attachment; filename="')
    assert unquote(header.rpartition("UTF-8''")[2]) == shown


def test_only_pictures_are_shown_in_a_page():
    picture = StoredFile(name="a.png", kind=FileKind.PNG, media_type="image/png", size=1)
    paper = StoredFile(name="a.pdf", kind=FileKind.PDF, media_type="application/pdf", size=1)
    assert headers_for(picture, inline=True)["Content-Disposition"].startswith("inline")
    assert headers_for(paper, inline=True)["Content-Disposition"].startswith("attachment")
    assert headers_for(paper)["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers_for(paper)["Content-Security-Policy"]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([data for data, _kind in GOOD]), st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6)
)
def test_a_broken_file_is_refused_or_taken_and_never_a_crash(data, changes):
    broken = bytearray(data)
    for place, value in changes:
        broken[place % len(broken)] = value
    with suppress(DomainError):
        recognise(bytes(broken), DOCUMENTS)
