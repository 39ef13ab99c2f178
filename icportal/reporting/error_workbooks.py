"""The error workbook: our own workbook with everything as the person filled it in, and beside each refused cell why."""

from __future__ import annotations

from icportal.cities.models import City
from icportal.core.errors import DomainError
from icportal.i18n.locales import LANGUAGES
from icportal.indicators.exchange.layout import Unreadable
from icportal.reporting.exchange.layout import KEY, Issue, Typed
from icportal.reporting.exchange.writing import write_workbook
from icportal.reporting.imports import issues_at, read_file
from icportal.reporting.models import ResponseImport
from icportal.reporting.workbooks import book_for


def error_workbook(import_: ResponseImport, city: City, *, language: str) -> tuple[bytes, str]:
    """(the workbook, its name), in the language of the workbook that came in, else in ``language``.

    Raises:
        DomainError: the file cannot be read any more.
    """
    try:
        read = read_file(import_)
    except Unreadable as error:
        raise DomainError(str(error.finding)) from None
    written_in = read.identity.language if read.identity.language in LANGUAGES else language
    there = {answer.section for answer in read.answers} | {
        section.name
        for section in import_.response.round.questionnaire_version.known.sections
        if any(question.name in read.cells for question in section.questions)
    }
    book = book_for(import_.response, city, written_in, sections=there)
    cells = {key: {column: value for column, value in row.items() if column != KEY} for key, row in read.cells.items()}
    issues = [Issue(key, column, finding, shown) for key, column, finding, shown in issues_at(read)]
    return write_workbook(book, issues=issues, typed=Typed(cells)), book.file_name
