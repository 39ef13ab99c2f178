"""A chapter as a reader gets it: its Markdown with every block replaced by what it stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html import unescape
from typing import Any

from flask import current_app
from markupsafe import Markup

from icportal.core.strings import _
from icportal.core.text import fold, join_blocks, render_markdown
from icportal.i18n.formatting import country_name
from icportal.i18n.formatting import number as written
from icportal.i18n.locales import get
from icportal.reporting import labels, result_figures
from icportal.reporting.enums import GRADES, Visibility
from icportal.reporting.models import PublishedAnswer
from icportal.reporting.report import drawing
from icportal.reporting.report.blocks import ALL, ALONE, AREAS, BLOCK, Block, Paragraph, paragraphs
from icportal.reporting.report.figures_data import Counts
from icportal.reporting.report.material import Material, Place, quoted
from icportal.web import figures

#: Signs for places of blocks: the parser of Markdown lets them through, and they are replaced after the sanitiser. Taken out
#: of whatever people wrote, so that nobody makes a place of their own.
OPEN, CLOSE = "\ue001", "\ue002"
HELD = re.compile(f"{OPEN}(\\d+){CLOSE}")
NOT_OURS = str.maketrans("", "", OPEN + CLOSE)
HEADING = re.compile(r"^(#{1,6})(?=\s)", re.MULTILINE)
QUOTE = re.compile(r"<blockquote>(.*?)</blockquote>", re.DOTALL)
TAGS = re.compile(r"<[^>]+>")

Address = Callable[[PublishedAnswer], str]


@dataclass(frozen=True)
class Row:
    """One line of a figure or table: what it is called, its numbers by column, and its bar."""

    label: str
    values: Sequence[int]
    bar: Markup
    withheld: int = 0
    parts: Mapping[str, int] = field(default_factory=dict)


class Renderer:
    """Renders the chapters of one report in one language. ``address_of`` gives where an answer is read, or nothing."""

    def __init__(self, material: Material, *, direction: str = "ltr", address_of: Address = lambda _answer: "") -> None:
        self.material = material
        self.direction = direction
        self.address_of = address_of
        self.macros: Any = current_app.jinja_env.get_template("reporting/_report_blocks.html").module

    def html(self, text: str, *, below: int = 1) -> Markup:
        """The text with its blocks; its headings follow on one of level ``below``, whatever the author began with."""
        highest = min((len(match[1]) for match in HEADING.finditer(text)), default=1)
        text = HEADING.sub(lambda match: match[1][highest - 1 :], text.translate(NOT_OURS))
        done: list[Markup] = []
        gathered: list[str] = []
        held: list[Markup] = []
        for paragraph in paragraphs(text):
            if paragraph.block is not None and paragraph.block.alone:
                done += [self._prose(gathered, held, below), self.block(paragraph.block)]
                gathered, held = [], []
            else:
                gathered.append(self._hold(paragraph, held))
        return Markup("").join([*done, self._prose(gathered, held, below)])

    def block(self, block: Block) -> Markup:
        """What a whole paragraph stands for. A block that names what is not there (any more) says so in its place."""
        drawn = getattr(self, f"_draw_{block.name}")(*block.words)
        return drawn or self.macros.gone(str(block))

    def words(self, block: Block) -> str:
        """What a block inside a sentence stands for, as plain words."""
        name, first = block.name, block.words[0]
        if name == "cities":
            return written(self.material.city_counts[first])
        if name in {"count", "answers"}:
            counts = self.material.counts.get(self.material.code_of(first), Counts())
            return written(counts.answered if name == "answers" else counts.of(block.words[1]))
        place = self.material.cities.get(first)
        return place.name_in(self.material.language) if place else first

    # --- prose

    def _hold(self, paragraph: Paragraph, held: list[Markup]) -> str:
        def replaced(match: re.Match[str]) -> str:
            block = next(iter(paragraphs(f"- {match[0]}")[0].inside), None)
            if block is None:
                return ""
            held.append(self._inside(block))
            return f"{OPEN}{len(held) - 1}{CLOSE}"

        text = paragraph.text
        if ALONE.fullmatch(text):
            text = text.strip()
        return BLOCK.sub(replaced, text)

    def _inside(self, block: Block) -> Markup:
        if block.name != "from":
            return Markup("<bdi>{}</bdi>").format(self.words(block))
        answer = self.material.answers.get(block.words[1], {}).get(block.words[0])
        address = self.address_of(answer) if answer is not None and answer.visibility == Visibility.PUBLIC else ""
        return self.macros.source(self.words(block), address)

    def _prose(self, pieces: Sequence[str], held: Sequence[Markup], below: int) -> Markup:
        if not pieces:
            return Markup("")
        html = render_markdown(join_blocks(pieces), heading_offset=below)
        html = Markup(QUOTE.sub(self._quote, html))  # noqa: S704  what it puts in is the language of an answer
        return Markup(HELD.sub(lambda match: str(held[int(match[1])]), html))  # noqa: S704  held pieces are escaped

    def _quote(self, match: re.Match[str]) -> str:
        """A quotation in the language the city wrote in, where it is word for word what the city wrote."""
        said = _plain(match[1])
        language = self._language_of(said)
        if not language or language == self.material.language:
            return match[0]
        return f'<blockquote lang="{language}" dir="{get(language).direction}">{match[1]}</blockquote>'

    def _language_of(self, said: str) -> str:
        return next((language for words, language in self._said if said and said in words), "")

    @property
    def _said(self) -> list[tuple[str, str]]:
        kept: list[tuple[str, str]] | None = self.__dict__.get("kept_said")
        if kept is None:
            rows = [row for by_city in self.material.answers.values() for row in by_city.values() if isinstance(row.value, str)]
            kept = self.__dict__["kept_said"] = [(_letters(quoted(row.value)), row.language) for row in rows]
        return kept

    # --- whole blocks

    def _draw_figure(self, written_code: str) -> Markup:
        return self._numbers(written_code, bars=True)

    def _draw_table(self, written_code: str) -> Markup:
        return self._numbers(written_code, bars=False)

    def _numbers(self, written_code: str, *, bars: bool) -> Markup:
        material = self.material
        codes = [code for code in material.codes_of(written_code) if code in material.counts]
        if not codes:
            return Markup("")
        if material.structure.questions[codes[0]].choices != GRADES:
            return self._choices(codes[0], bars=bars)
        single = written_code not in {ALL, *AREAS}
        rows = [self._grades(code, label=_("Cities") if single else material.label(code)) for code in codes]
        shown = [state for state in figures.STACK if state != figures.KEPT_BACK or any(row.withheld for row in rows)]
        return self.macros.grades(
            key=written_code,
            title=self._title(written_code, codes),
            columns=[(result_figures.PARTS[state], _key(state)) for state in shown],
            rows=[replace(row, values=[row.parts[state] for state in shown]) for row in rows],
            bars=bars,
            cities=max(material.counts[code].cities for code in codes),
            withheld=sum(row.withheld for row in rows),
        )

    def _grades(self, code: str, *, label: str) -> Row:
        counts, number = self.material.counts[code], self.material.commitment_of(code)
        parts = {state: counts.of(state) for state in figures.STACK} | {figures.KEPT_BACK: counts.withheld}
        bar = figures.stacked_bar(
            parts, area=figures.area_of(number) if number else 0, direction=self.direction, label=result_figures.numbers(parts)
        )
        return Row(label, (), bar, counts.withheld, parts)

    def _choices(self, code: str, *, bars: bool) -> Markup:
        counts, question = self.material.counts[code], self.material.structure.questions[code]
        rows = []
        for choice, label in self.material.asked.choices(question.choices):
            number = counts.of(choice)
            bar = drawing.single(number, counts.cities, label=f"{label}: {written(number)}", direction=self.direction)
            rows.append(Row(label, [number], bar))
        return self.macros.choices(
            key=code, title=self._asked_about(code), rows=rows, bars=bars, answered=counts.answered,
            cities=counts.cities, withheld=counts.withheld,
        )  # fmt: skip

    def _asked_about(self, code: str) -> str:
        """A question with its commitment, which may ask the same as another commitment does."""
        section = self.material.structure.section_of.get(code)
        label = self.material.asked.label(code)
        number = section.commitment if section is not None else None
        return _("Commitment %(number)s: %(title)s", number=number, title=label) if number else label

    def _title(self, written_code: str, codes: Sequence[str]) -> str:
        if written_code not in {ALL, *AREAS}:
            return self.material.label(codes[0])
        area = int(written_code.removeprefix("area")) if written_code.startswith("area") else 0
        return str(self.macros.several(area)).strip()

    def _draw_change(self, written_code: str) -> Markup:
        code = self.material.code_of(written_code)
        change, previous = self.material.changes.get(code), self.material.previous
        if change is None or previous is None:
            return self.macros.no_change(self.material.label(code)) if code in self.material.counts else Markup("")
        choices = self.material.asked.choices(self.material.structure.questions[code].choices)
        rows = [(label, change.before.get(choice, 0), change.now.get(choice, 0)) for choice, label in choices]
        return self.macros.change(
            key=written_code, title=self.material.label(code), before=labels.edition(previous), now=labels.edition(self.material.round),
            rows=rows, cities=change.cities,
        )  # fmt: skip

    def _draw_practice(self, slug: str) -> Markup:
        practice = self.material.practices.get(slug)
        if practice is None:
            return Markup("")
        language = practice.language if practice.language != self.material.language else ""
        return self.macros.practice(practice, self._name(practice.city), language, get(practice.language).direction)

    def _draw_strategies(self) -> Markup:
        question, rows = self.material.strategies()
        if question is None:
            return Markup("")
        asked = self.material.asked
        columns = [(column.name, asked.column(question.name, column.name)) for column in question.columns]
        lists = {column.name: dict(asked.choices(column.choices)) for column in question.columns if column.choices}
        lines = [
            (place.name_in(self.material.language), [self._cell(row.get(name), lists.get(name, {})) for name, _label in columns])
            for place, values in rows
            for row in values
        ]
        return self.macros.strategies(asked.label(question.name), [label for _name, label in columns], lines)

    def _cell(self, value: Any, choices: Mapping[str, str]) -> str:
        said = "" if value is None else str(value)
        return choices.get(said, said)

    def _draw_cities(self) -> Markup:
        return self.macros.cities(self._listed(self.material.answering), self._listed(self.material.silent))

    def _listed(self, places: Sequence[Place]) -> list[tuple[str, str]]:
        return [(place.name_in(self.material.language), country_name(place.country)) for place in places]

    def _name(self, slug: str) -> str:
        place = self.material.cities.get(slug)
        return place.name_in(self.material.language) if place else slug


def _key(state: str) -> Markup:
    """The sample of a pattern. Hidden from a screen reader on a page, where its word stands beside it; on paper it bears that word."""
    named = Markup('aria-hidden="true" aria-label="{}"').format(result_figures.PARTS[state])
    return Markup(figures.pattern_key(state).replace('aria-hidden="true"', named, 1))  # noqa: S704  both are markup


def _plain(html: str) -> str:
    return _letters(HELD.sub(" ", unescape(TAGS.sub(" ", html))))


@lru_cache(maxsize=4096)
def _letters(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))
