"""What one value means: a number as people write it in their language, with the marks they put beside it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from babel.numbers import get_decimal_symbol

from icportal.core.strings import _l
from icportal.i18n import locales
from icportal.indicators import facts, findings
from icportal.indicators.entries import LARGEST, SCALE
from icportal.indicators.enums import Bound, Confidentiality, Missing, Status, Unit
from icportal.indicators.exchange import sheets, vocabulary
from icportal.indicators.findings import Finding

findings.register(
    {
        "cell.not_number": _l("“%(seen)s” is not a number. Type a number, or : where there is none."),
        "cell.ambiguous": _l(
            "“%(seen)s” can be read in two ways. It was read as %(value)s, as numbers are written in the language you chose."
        ),
        "cell.other_marks": _l("“%(seen)s” was read as %(value)s."),
        "cell.text_number": _l("The number stands in the cell as a text. It was read as %(value)s."),
        "cell.too_exact": _l("“%(seen)s” has more than six decimals. Round it."),
        "cell.rounded": _l("The number has more than six decimals. It was read as %(value)s."),
        "cell.too_large": _l("“%(seen)s” has more than twelve digits before the decimals. Check the number."),
        "cell.boolean": _l("The cell holds TRUE or FALSE, but a number is asked for. Type the number."),
        "cell.yes_no": _l("“%(seen)s” is neither yes nor no. Type 1 or 0, or yes or no."),
        "cell.date": _l(
            "The spreadsheet program made a date (%(seen)s) of what was typed. Set the format of the cell to “Number” and type "
            "the number again with the decimal mark of your program, for example %(example)s."
        ),
        "cell.error": _l("The cell holds the error %(seen)s. Mend the formula, or type the number itself."),
        "cell.no_value": _l(
            "The cell holds a formula that was never worked out. Open the workbook in Excel or LibreOffice, save it and choose "
            "it again."
        ),
        "cell.formula": _l("The cell holds a formula. Its value %(value)s was read."),
        "cell.percent_format": _l("The cell is formatted as a percentage. It was read as %(value)s %%."),
        "cell.percent_typed": _l("“%(seen)s” was read as %(value)s; the unit is per cent already."),
        "cell.percent_unit": _l(
            "“%(seen)s” is a percentage, but the unit of this indicator is another one. Type the number in that unit."
        ),
        "cell.unit_left_out": _l("The unit written in “%(seen)s” was left out."),
        "cell.not_available": _l("“%(seen)s” was read as: no figure is available."),
        "cell.bound": _l("The mark before the number in “%(seen)s” was kept with it, beside the number."),
        "cell.bracketed": _l("The number stands in brackets. They were read as: low reliability."),
        "cell.flags_beside": _l("The letters beside the number in “%(seen)s” were read as flags: %(flags)s."),
        "cell.old_flag": _l("The old letter “%(old)s” was read as “%(new)s”."),
        "cell.unknown_flag": _l("“%(seen)s” is none of the flags: %(wanted)s."),
        "cell.too_long": _l("The text is longer than %(most)s characters. Shorten it."),
    }
)

_MARKS = "".join(status.value for status in Status)
#: Letters Eurostat used before 2025, and what they are today: a status or a confidentiality.
_OLD = {"s": Status.IMPUTED, "z": Status.CANNOT_EXIST}
_CORE = re.compile(r"(?P<number>[-+]?\s?[\d.,'٫٬][\d.,'٫٬ ]*)(?P<rest>.*)")
_GROUPED = re.compile(r"\d{1,3}(?:[ '٬]\d{3})+(?![\d])|\d+")
_DECIMALS = 6
_NO_NUMBERS = {
    sheets.NO_VALUE: "cell.no_value",
    sheets.ERROR: "cell.error",
    sheets.BOOLEAN: "cell.boolean",
    sheets.SERIAL: "cell.date",
    sheets.DAY: "cell.date",
}
_LONGEST = 200


@dataclass(frozen=True)
class Reading:
    """What was read: a number, or why there is none, or nothing at all. ``problems`` refuse it, ``notes`` explain it."""

    amount: Decimal | None = None
    missing: str = ""
    bound: str = Bound.EXACT
    statuses: str = ""
    confidentiality: str = Confidentiality.FREE
    notes: tuple[Finding, ...] = ()
    problems: tuple[Finding, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.amount is None and not self.missing and not self.problems

    def noted(self, *notes: Finding) -> Reading:
        return replace(self, notes=(*self.notes, *notes))


@dataclass(frozen=True, slots=True)
class Seen:
    """One cell as the file has it. ``kind`` is one of ``sheets``; ``text`` what stands there."""

    row: int
    column: int
    kind: str
    text: str
    is_formula: bool = False
    from_1904: bool = False

    @property
    def place(self) -> str:
        return f"{sheets.letters(self.column)}{self.row}"

    @property
    def is_blank(self) -> bool:
        return self.kind == sheets.TEXT and not vocabulary.plain(self.text)

    @property
    def shown(self) -> str:
        """The value as a person sees it in the cell, near enough."""
        if self.kind in {sheets.SERIAL, sheets.DAY}:
            moment = self.moment
            return moment.date().isoformat() if moment else self.text
        if self.kind == sheets.PERCENT:
            share = _exact(self.text)
            return self.text if share is None else f"{_plain(share * 100)}%"
        if self.kind == sheets.NUMBER and (number := _exact(self.text)) is not None:
            return _plain(number)
        if self.kind == sheets.BOOLEAN:
            return "TRUE" if self.text == "1" else "FALSE"
        return self.text

    @property
    def moment(self) -> datetime | None:
        """The date the cell shows, None where it is no date."""
        try:
            if self.kind == sheets.DAY:
                return datetime.fromisoformat(self.text).replace(tzinfo=UTC)
            start = datetime(1904, 1, 1, tzinfo=UTC) if self.from_1904 else datetime(1899, 12, 30, tzinfo=UTC)
            return start + timedelta(days=float(self.text))
        except (ValueError, OverflowError):
            return None


def read_cell(seen: Seen, *, reads_as: str, unit: str) -> Reading:
    """The verdict on a cell of the value column."""
    reading = _verdict(seen, reads_as=reads_as, unit=unit)
    if seen.is_formula and not reading.problems and not reading.is_empty:
        return reading.noted(Finding("cell.formula", {"value": seen.shown[:_LONGEST]}))
    return reading


def _verdict(seen: Seen, *, reads_as: str, unit: str) -> Reading:
    if seen.kind == sheets.TEXT:
        return _read_text_cell(seen.text, reads_as=reads_as, unit=unit)
    if seen.kind == sheets.BOOLEAN and unit == Unit.YES_NO:
        return Reading(Decimal(seen.text))
    if seen.kind in _NO_NUMBERS:
        return _refused(_NO_NUMBERS[seen.kind], seen=seen.shown, example=f"1{_decimal_mark(reads_as)}2")
    number = _exact(seen.text)
    if number is None:
        return _refused("cell.not_number", seen=seen.text)
    if seen.kind == sheets.PERCENT:
        return _percentage(number, unit)
    return _checked_number(number, unit, seen.text)


def _read_text_cell(text: str, *, reads_as: str, unit: str) -> Reading:
    reading = read_value(text, reads_as=reads_as, unit=unit)
    if reading.amount is None or reading.notes or unit == Unit.YES_NO:
        return reading
    return reading.noted(Finding("cell.text_number", {"value": _told(reading.amount)}))


def _percentage(number: Decimal, unit: str) -> Reading:
    if unit not in vocabulary.PERCENTAGES:
        return _refused("cell.percent_unit", seen=f"{_plain(number * 100)}%")
    reading = _checked_number(number * 100, unit, str(number))
    return reading if reading.amount is None else reading.noted(Finding("cell.percent_format", {"value": _told(reading.amount)}))


def _checked_number(number: Decimal, unit: str, seen: str) -> Reading:
    """A number of a cell: what a formula left behind the sixth decimal is rounded off."""
    if abs(number) >= LARGEST:
        return _refused("cell.too_large", seen=seen)
    rounded = number.quantize(Decimal(1) / SCALE)
    reading = _of_unit(rounded, unit, seen)
    return reading if rounded == number or reading.problems else reading.noted(Finding("cell.rounded", {"value": _told(rounded)}))


def _of_unit(number: Decimal, unit: str, seen: str) -> Reading:
    if unit == Unit.YES_NO and number not in {0, 1}:
        return _refused("cell.yes_no", seen=seen)
    return Reading(_tidy(number))


def _exact(text: str) -> Decimal | None:
    """The number a program stored, without the dust behind its fifteenth digit."""
    try:
        found = float(text)
    except ValueError:
        return None
    return Decimal(format(found, ".15g")) if math.isfinite(found) else None


# --- texts -------------------------------------------------------------------------------------------------


def read_value(text: str, *, reads_as: str, unit: str = Unit.COUNT) -> Reading:
    """What a text says that was typed where a value is asked for. ``reads_as`` is the language its numbers are written in."""
    seen = text.strip()[:_LONGEST]
    if len(text.strip()) > _LONGEST:
        return _refused("cell.not_number", seen=seen)
    words = vocabulary.folded(text)
    if not words:
        return Reading()
    if words in vocabulary.DELETE:
        return Reading(missing=Missing.REMOVED)
    if unit == Unit.YES_NO and words in vocabulary.YES_NO:
        return Reading(Decimal(vocabulary.YES_NO[words]))
    return _absent(words, seen) or _marked_number(words, seen, reads_as, unit)


def _absent(words: str, seen: str) -> Reading | None:
    """Why there is no number, perhaps with flags behind: ``: c``."""
    known = vocabulary.missing_words()
    if missing := known.get(words) or known.get(words.replace(". ", ".")):
        told = () if words == ":" else (Finding("cell.not_available", {"seen": seen}),)
        return Reading(missing=missing, notes=told if missing == Missing.NOT_AVAILABLE else ())
    if words.startswith(":") and (letters := words[1:].strip(" ()")):
        flags = read_flags(letters, seen=seen)
        return _with_flags(Reading(missing=Missing.NOT_AVAILABLE), flags, seen)
    return None


def _marked_number(words: str, seen: str, reads_as: str, unit: str) -> Reading:
    if re.fullmatch(r"0\s?n", words):
        return Reading(Decimal(0), bound=Bound.UNDER_HALF)
    rest, bound = _without_bound(words)
    rest, bracketed = _without_brackets(rest)
    found = _CORE.fullmatch(rest)
    if found is None:
        return _refused("cell.yes_no" if unit == Unit.YES_NO else "cell.not_number", seen=seen)
    number, notes, problem = read_number(found["number"].strip(), reads_as=reads_as, seen=seen)
    if number is None:
        return _refused(problem, seen=seen)
    tail = found["rest"].strip()
    if tail == "+" and bound == Bound.EXACT:
        tail, bound = "", Bound.AT_LEAST
    reading = _of_unit(number, unit, seen)
    if reading.problems:
        return reading
    reading = replace(reading, bound=bound).noted(*notes)
    if bound != Bound.EXACT:
        reading = reading.noted(Finding("cell.bound", {"seen": seen}))
    if bracketed:
        reading = replace(reading, statuses=Status.LOW_RELIABILITY.value).noted(Finding("cell.bracketed"))
    return _with_tail(reading, tail, seen, unit)


def _without_bound(words: str) -> tuple[str, str]:
    for sign, bound in vocabulary.BOUNDS:
        if words.startswith(sign):
            rest = words[len(sign) :]
            # A word ends where a space or the number begins.
            if rest and (rest[0] in " -+.(" or rest[0].isdecimal()):
                return rest.strip(), bound
    return words, Bound.EXACT


def _without_brackets(words: str) -> tuple[str, bool]:
    found = re.fullmatch(r"\(([^()]*\d[^()]*)\)(.*)", words)
    return (f"{found[1].strip()} {found[2].strip()}".strip(), True) if found else (words, False)


def _with_tail(reading: Reading, tail: str, seen: str, unit: str) -> Reading:
    """What stands behind the number: its unit, then flags."""
    for word in sorted(vocabulary.UNITS.get(unit, ()), key=len, reverse=True):
        if tail == word or tail.startswith((f"{word} ", f"{word}(")) or (word in "%‰€$" and tail.startswith(word)):
            is_percent = word in "%‰" or unit in vocabulary.PERCENTAGES
            code = "cell.percent_typed" if is_percent and unit in vocabulary.PERCENTAGES else "cell.unit_left_out"
            assert reading.amount is not None
            reading = reading.noted(Finding(code, {"seen": seen, "value": _told(reading.amount)}))
            tail = tail[len(word) :].strip()
            break
    if not tail:
        return reading
    if tail.startswith("%"):
        return _refused("cell.percent_unit", seen=seen)
    if not re.fullmatch(r"[(\[]?\s?[a-z](?:[\s,;/]*[a-z]){0,5}\s?[)\]]?", tail):
        return _refused("cell.not_number", seen=seen)
    flags = read_flags(tail.strip("()[] "), seen=seen)
    return _refused("cell.not_number", seen=seen) if flags.problems else _with_flags(reading, flags, seen)


def _with_flags(reading: Reading, flags: Flags, seen: str) -> Reading:
    if flags.problems:
        return Reading(problems=flags.problems)
    letters = " ".join([*flags.statuses, *([flags.confidentiality] if flags.confidentiality else [])])
    note = Finding("cell.flags_beside", {"seen": seen, "flags": letters})
    return replace(
        reading,
        statuses=facts.flags(reading.statuses + flags.statuses),
        confidentiality=flags.confidentiality or reading.confidentiality,
        notes=(*reading.notes, note, *flags.notes),
    )


def read_number(text: str, *, reads_as: str, seen: str) -> tuple[Decimal | None, tuple[Finding, ...], str]:
    """A number as written in some language, what there is to say of it, and the code of the problem where it is none."""
    negative = text.startswith("-")
    digits = text.lstrip("+- ").replace("٬", "'")
    mark = _decimal_mark(reads_as)
    doubt = ""
    if "٫" in digits:
        digits, mark = digits.replace("٫", "!"), "!"
    else:
        digits, doubt = _marks_settled(digits, mark)
        mark = "!"
    whole, found_mark, fraction = digits.partition(mark)
    whole = whole or "0"
    if not _GROUPED.fullmatch(whole) or (found_mark and not fraction.isdecimal()):
        return None, (), "cell.not_number"
    whole = re.sub(r"\D", "", whole)
    if len(fraction) > _DECIMALS and fraction.rstrip("0")[_DECIMALS:]:
        return None, (), "cell.too_exact"
    try:
        number = Decimal(f"{'-' if negative else ''}{whole}.{fraction or 0}")
    except InvalidOperation:
        return None, (), "cell.not_number"
    if abs(number) >= LARGEST:
        return None, (), "cell.too_large"
    return _tidy(number), ((Finding(doubt, {"seen": seen, "value": _told(number)}),) if doubt else ()), ""


def _marks_settled(digits: str, mark: str) -> tuple[str, str]:
    """The number with ``!`` for its decimal mark and spaces between groups, and the code of a note where others may differ."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        last = "." if digits.rfind(".") > digits.rfind(",") else ","
        return _marked(digits, last), "" if last == mark else "cell.other_marks"
    if points + commas == 0:
        return digits, ""
    sign = "." if points else ","
    if points + commas > 1:
        return digits.replace(sign, " "), ""
    before, _sign, after = digits.partition(sign)
    is_group_like = re.fullmatch(r"[1-9]\d{0,2}", before) and re.fullmatch(r"\d{3}", after)
    if is_group_like:
        return (_marked(digits, sign) if sign == mark else digits.replace(sign, " ")), "cell.ambiguous"
    return _marked(digits, sign), "" if sign == mark else "cell.other_marks"


def _marked(digits: str, mark: str) -> str:
    other = "," if mark == "." else "."
    return digits.replace(other, " ").replace(mark, "!")


def _decimal_mark(language: str) -> str:
    """The decimal mark of a language; where it has its own sign, a point is read."""
    try:
        found = get_decimal_symbol(locales.get(language).locale)
    except KeyError:
        return "."
    return found if found in {".", ","} else "."


# --- flags -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Flags:
    """Status letters, and a confidentiality where a letter of the old list stands for one."""

    statuses: str = ""
    confidentiality: str = ""
    notes: tuple[Finding, ...] = ()
    problems: tuple[Finding, ...] = ()


def read_flags(text: str, *, seen: str = "") -> Flags:
    """Status letters, in one piece or with something between them; the old letters c, s and z are mapped."""
    statuses, confidentiality = "", ""
    notes: list[Finding] = []
    for letter in re.sub(r"[\s,;/+&()]", "", vocabulary.folded(text)):
        if letter in _MARKS:
            statuses += letter
        elif letter in _OLD:
            statuses += _OLD[letter]
            notes.append(Finding("cell.old_flag", {"old": letter, "new": _OLD[letter].value}))
        elif letter == "c":
            confidentiality = Confidentiality.CONFIDENTIAL.value
            notes.append(Finding("cell.old_flag", {"old": "c", "new": "C"}))
        elif letter != "a":
            wanted = " ".join(_MARKS)
            return Flags(problems=(Finding("cell.unknown_flag", {"seen": (seen or text)[:_LONGEST], "wanted": wanted}),))
    return Flags(facts.flags(statuses), confidentiality, tuple(notes))


def both_flags(found: Iterable[str]) -> str:
    """The letters of several places together."""
    return facts.flags("".join(found))


# --- telling -----------------------------------------------------------------------------------------------


def _refused(code: str, **params: str) -> Reading:
    return Reading(problems=(Finding(code, {name: value[:_LONGEST] for name, value in params.items()}),))


def _tidy(number: Decimal) -> Decimal:
    """Without zeros at the end and without an exponent."""
    found = number.normalize()
    if found == 0:
        return Decimal(0)
    exponent = found.as_tuple().exponent
    return Decimal(format(found, "f")) if isinstance(exponent, int) and exponent > 0 else found


def _plain(number: Decimal) -> str:
    return format(_tidy(number), "f")


def _told(number: Decimal) -> float:
    """For a sentence, which writes it as its reader does."""
    return float(number)
