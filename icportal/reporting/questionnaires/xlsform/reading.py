"""A form that came in as XLSForm, with everything that is wrong with it at once, each fault at its sheet, row and column."""

from __future__ import annotations

from collections import Counter

from icportal.core.strings import _
from icportal.i18n.locales import DEFAULT
from icportal.indicators.exchange.layout import Unreadable
from icportal.indicators.exchange.reading import open_workbook
from icportal.reporting.questionnaires import checks, definition
from icportal.reporting.questionnaires.definition import Structure
from icportal.reporting.questionnaires.xlsform.grid import Grid, Report, read_grid, settle_languages
from icportal.reporting.questionnaires.xlsform.layout import (
    CHOICES,
    SETTINGS,
    SURVEY,
    FormFinding,
    XlsForm,
    language_written,
)
from icportal.reporting.questionnaires.xlsform.survey import Survey, as_code

#: No questionnaire that people can answer has nearly as many.
MOST_ROWS = 5000
#: Problems that a draft may have: they are told, and refuse nothing yet.
_MAY_WAIT = frozenset({"no_questions"})
#: Where a property stands in the sheet.
_COLUMNS = {"choices": "type", "columns": "name", "list": "list_name", "title": "form_title"}


def read_xlsform(data: bytes, *, language: str = DEFAULT) -> XlsForm:
    """The form in the bytes of a workbook. Needs an application context, and no database.

    ``language`` is the one of texts whose column names none. Whatever the file holds, the answer says what was found;
    where ``errors`` is not empty the rest is not to be used.
    """
    try:
        found = open_workbook(data, form=True)
    except Unreadable as error:
        return XlsForm(findings=(FormFinding("", 0, "", str(error.finding)),))
    report = Report()
    grids = {name: read_grid(found, name, report) for name in (SURVEY, CHOICES, SETTINGS)}
    survey = grids[SURVEY]
    if survey is None:
        return XlsForm(findings=(FormFinding("", 0, "", _("The workbook has no sheet “survey”; this is no XLSForm.")),))
    if too_long := next((name for name, grid in grids.items() if grid is not None and len(grid.rows) > MOST_ROWS), ""):
        sentence = _("The sheet has more than %(most)s rows. A form so long cannot be read.", most=MOST_ROWS)
        return XlsForm(findings=(FormFinding(too_long, 0, "", sentence),))
    choices, settings = grids[CHOICES] or Grid(CHOICES), grids[SETTINGS] or Grid(SETTINGS)
    first = settings.rows[0] if settings.rows else None
    told = language_written(first.get("default_language"))[0] if first else ""
    source, languages = settle_languages([survey, choices, settings], told or language, report)
    read = Survey(survey, source, languages, report)
    lists = _Lists(choices, read, report)
    for (column, written), text in first.words.items() if first else ():
        key = definition.TITLE if column == "form_title" else definition.SUMMARY
        read.texts[written or source][key] = text
    structure = Structure(read.sections, lists.choices)
    _tell_problems(structure, read, lists, source, report)
    order = {SURVEY: 0, CHOICES: 1, SETTINGS: 2}
    return XlsForm(
        structure=structure,
        texts=read.texts,
        title=read.texts[source].get(definition.TITLE, ""),
        source=source,
        code=first.get("form_id") if first else "",
        version=first.get("version") if first else "",
        findings=tuple(sorted(dict.fromkeys(report.findings), key=lambda one: (order.get(one.sheet, -1), one.row))),
    )


class _Lists:
    """The lists of choices, and the rows they stand in."""

    def __init__(self, grid: Grid, read: Survey, report: Report) -> None:
        self.grid = grid
        self.choices: dict[str, tuple[str, ...]] = {}
        self.rows: dict[tuple[str, str], list[int]] = {}
        for row in grid.rows:
            written, value = row.get("list_name"), row.get("name")
            if not (written and value):
                column = "name" if written else "list_name"
                report.error(CHOICES, row.number, grid.shown(column), _("The row has no %(column)s.", column=grid.shown(column)))
                continue
            name = as_code(written)
            self.choices[name] = (*self.choices.get(name, ()), value)
            self.rows.setdefault((name, value), []).append(row.number)
            self.rows.setdefault((name, ""), []).append(row.number)
            for (_column, language), text in row.words.items():
                if (language or read.source) in read.texts:
                    read.texts[language or read.source][definition.choice_key(name, value)] = text


def _tell_problems(structure: Structure, read: Survey, lists: _Lists, source: str, report: Report) -> None:
    """What is wrong with the questionnaire itself, at the rows it comes from."""
    told: Counter[tuple[str, ...]] = Counter()
    for problem in checks.problems(structure, read.texts, source=source):
        key = (problem.code, problem.section if not problem.question else "", problem.question, problem.choices, problem.item)
        told[key] += 1
        if problem.choices:
            grid, rows = lists.grid, lists.rows.get((problem.choices, problem.item), [])
        elif problem.field == "title":
            grid, rows = Grid(SETTINGS), []
        else:
            grid, rows = read.grid, _rows(read, problem)
        # The second of two rows with one code is the one that is wrong, the third the next.
        number = told[key] if problem.code == "twice" else 0
        row = rows[min(number, len(rows) - 1)] if rows else 0
        column = grid.shown(_COLUMNS.get(problem.field, problem.field), source) if problem.field else ""
        waits = problem.code in _MAY_WAIT and bool(structure.questions)
        waits = waits or (problem.code == "no_text" and not _has_to_say(problem, structure))
        (report.note if waits else report.error)(grid.name, row, column, problem.sentence)


def _rows(read: Survey, problem: checks.Problem) -> list[int]:
    if problem.item:
        return read.places.get(("column", problem.question, problem.item), [])
    if problem.question:
        return read.places.get(("question", problem.question, ""), [])
    return read.places.get(("section", problem.section, ""), [])


def _has_to_say(problem: checks.Problem, structure: Structure) -> bool:
    """Groups, tables and the form itself often go without words in forms of others; a draft may say them later."""
    question = structure.questions.get(problem.question)
    return bool(problem.choices or problem.item or (question and not question.columns))
