"""What an edition consists of, read back: a tagged PDF, a Word file, the data; frozen, and the mirror for right to left."""

from __future__ import annotations

import csv
import io
import subprocess
import zipfile
from datetime import timedelta
from typing import Any

import docx
import pdfua
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from report_world import approve_all, make_report, make_reported

from icportal.core import files
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition
from icportal.reporting import result_data, results
from icportal.reporting.counting import PUBLIC
from icportal.reporting.models import ReportEdition
from icportal.reporting.report import making, printing, word
from icportal.reporting.services import editions, mentions, reports


@pytest.fixture
def world(context: None) -> Any:
    return make_reported()


def published(world: Any) -> ReportEdition:
    """The first edition, made by the worker (at once, in tests)."""
    report = make_report(world)
    reports.ask_cities(report, today() + timedelta(days=14), actor=world.coordinator)
    approve_all(report, world.coordinator)
    for slug in ("oulu", "vienna"):
        mentions.approve_all(report, world.city(slug), actor=world.officer(slug))
    edition = editions.release(report, actor=world.coordinator, note="First & only.")
    db.session.commit()
    db.session.expire_all()
    return edition


def content(edition: ReportEdition, name: str) -> bytes:
    return files.open_file(next(file for file in edition.files if file.name == name).file).read()


def test_an_edition_read_back(world: Any, tmp_path: Any) -> None:
    edition = published(world)
    assert edition.frozen_at is not None, "the worker has made it"
    names = [file.name for file in edition.files]
    assert names == [
        "report-round-5-1-en.pdf", "report-round-5-1-en.docx", "results.csv", "codebook.csv", "results.xlsx", "checksums.txt",
    ]  # fmt: skip
    _look_at_pdf(content(edition, names[0]), tmp_path)
    _look_at_word(content(edition, names[1]))
    _look_at_data(edition, world)
    assert content(edition, "checksums.txt").decode().splitlines()[0] == f"{edition.files[0].sha256}  {names[0]}"
    assert [page.topic for page in edition.pages][:2] == ["cover", "summary"]
    assert "figure-c01" in next(page.html for page in edition.pages if page.topic == "c01")

    assert editions.tampered() == []
    edition.pages[0].title = "Another"
    with pytest.raises(InvalidTransition):
        db.session.flush()
    db.session.rollback()
    db.session.execute(db.text("UPDATE report_page SET html = 'x' WHERE topic = 'c01'"))
    assert "page c01" in editions.tampered()[0]
    db.session.rollback()

    report = edition.report
    reports.step_back(report, "correct", actor=world.coordinator, reason="A wrong number.")
    assert report.state == "draft"
    assert report.editions[0].number == 1


def _look_at_pdf(data: bytes, tmp_path: Any) -> None:
    (tmp_path / "report.pdf").write_bytes(data)
    reader = PdfReader(io.BytesIO(data))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert reader.metadata is not None
    assert reader.metadata.title == "Integrating Cities Charter: report of round 5"
    assert next(each.title for each in reader.outline if not isinstance(each, list)).startswith("Integrating Cities")
    words = "\n".join(page.extract_text() for page in reader.pages)
    assert "Commitment 1: Say openly" in words
    assert "The council decided" in words
    assert "[[" not in words
    wrong = [finding for finding in pdfua.validate(str(tmp_path / "report.pdf")).findings if finding.severity.name == "ERROR"]
    assert wrong == []


def _look_at_word(data: bytes) -> None:
    document = docx.Document(io.BytesIO(data))
    words = [paragraph.text for paragraph in document.paragraphs]
    assert "Der Gemeinderat hat einen Plan beschlossen. (Vienna)" in words
    assert any("*Stars* and [brackets] <stay>" in line for line in words), "no sign of an answer is lost"
    quote = next(each for each in document.paragraphs if each.text.startswith("Der Gemeinderat"))
    assert 'w:lang w:val="de"' in quote._p.xml, "Word checks the spelling in the language of the quotation"
    assert "PAGE" in document.sections[0].footer._element.xml
    assert ("Heading 2", "Commitment 1: Say openly that chances are equal") in [
        (each.style.name, each.text) for each in document.paragraphs
    ]
    table = next(table for table in document.tables if table.rows[0].cells[0].text == "Commitment")
    assert [cell.text for cell in table.rows[1].cells][1:] == ["1", "1", "0", "1"]
    assert "<w:tblHeader/>" in table.rows[0]._tr.xml
    assert table.rows[1].cells[0].width > 2 * table.rows[1].cells[1].width, "words have the room, numbers need little"
    assert any("Integration plan & more" in cell.text for table in document.tables for cell in table.rows[-1].cells)


def _look_at_data(edition: ReportEdition, world: Any) -> None:
    of = results.find(world.round, PUBLIC)
    assert of is not None
    expected = [[str(value) for value in row] for row in result_data.rows(of)]
    rows = list(csv.reader(io.StringIO(content(edition, "results.csv").decode("utf-8-sig"))))
    assert rows[0] == list(result_data.COLUMNS)
    assert rows[1:] == expected
    book = load_workbook(io.BytesIO(content(edition, "results.xlsx")))
    assert book.sheetnames == ["results", "cities", "codebook"]
    sheet = [["" if value is None else str(value) for value in row] for row in book["results"].iter_rows(values_only=True)]
    assert sheet[1:] == expected
    assert [row[3] for row in book["cities"].iter_rows(min_row=2, values_only=True)] == ["no", "yes", "yes"]


def test_right_to_left(world: Any) -> None:
    report = make_report(world)
    edition = making.Edition(world.round, report.slug, 0, today(), "")
    reader = PdfReader(io.BytesIO(making.pdf(edition, editions.working_parts(report, "ar-xb"), "ar-xb")))
    assert reader.trailer["/Root"]["/Lang"] == "ar-xb"
    data = making.docx(edition, editions.working_parts(report, "ar-xb"), "ar-xb")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        body, styles = archive.read("word/document.xml").decode(), archive.read("word/styles.xml").decode()
    assert "<w:bidiVisual/>" in body
    assert "<w:rtl/>" in body
    assert "<w:bidi/>" in body
    assert "<w:bidi/>" in styles


def test_what_a_machine_lacks_is_said(context: None, monkeypatch: Any) -> None:
    with pytest.raises(DomainError, match="no font on this machine has these signs: \U000f1234"):
        printing.pdf("<p>a\U000f1234</p>")

    class Done:
        stdout, stderr = b'{"problem": "library", "detail": "libpango"}\n', b""

    monkeypatch.setattr(subprocess, "run", lambda *_, **__: Done)
    with pytest.raises(DomainError, match="apt-get install libpango"):
        printing.pdf("<p>a</p>")


def test_words_lose_no_sign() -> None:
    sheet = printing.Sheet("a < b & c", making.Markup("<p>x &lt; y</p>"), "en", "ltr", [])
    words = [paragraph.text for paragraph in docx.Document(io.BytesIO(word.write(sheet))).paragraphs]
    assert "a < b & c" in words
    assert "x < y" in words
