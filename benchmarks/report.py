"""What does the network's report cost to lay out: 60 pages with 30 figures in one language, beside plain WeasyPrint?

Ours is everything from the chapters' Markdown on: blocks, figures, the document, the check of fonts, and the child process
with its tags. Plain is WeasyPrint alone on the same document, in a process of its own too.
Times are seconds of the processor.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.stage import Stage
from icportal.config import ROOT, Mode, Settings

TIME_GOAL, MEMORY_GOAL = 1.3, 400.0
FIGURES, PAGES = 30, 60
PLAIN = """
import resource, sys, weasyprint
data = weasyprint.HTML(string=sys.stdin.read()).write_pdf(OPTIONS)
print(len(data), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
SENTENCE = "The council decided how newcomers reach the services due to them, and every department says once a year what it did. "


def ask(stage: Stage, kind: str, *, count: int, seconds: float, rounds: int) -> bool:  # noqa: ARG001  asked like the others
    """Print times and memory; whether both goals are reached. The database has no part in it."""
    from pypdf import PdfReader

    from icportal.app import create_app

    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder)
        settings = Settings(
            instance=instance, secret_key="x" * 40, mode=Mode.TEST, database_url=f"sqlite:///{instance}/empty.sqlite3"
        )
        with create_app(settings).app_context():
            ours, plain, tagged, html = [], [], [], ""
            for _round in range(rounds):
                begun = _spent()
                html, data, memory = _ours()
                ours.append(_spent() - begun)
                plain.append(_plain(html, "")[0])
                tagged.append(_plain(html, "pdf_variant='pdf/ua-1', pdf_tags=True")[0])
            path = instance / "report.pdf"
            path.write_bytes(data)
            pages = len(PdfReader(path).pages)
    ratio, beside_tagged = (statistics.median(a / b for a, b in zip(ours, other, strict=True)) for other in (plain, tagged))
    print(
        f"\nreport: {pages} pages, {html.count('<figure')} figures: {statistics.median(ours):.1f} s, plain WeasyPrint "
        f"{statistics.median(plain):.1f} s, tagged {statistics.median(tagged):.1f} s; × {ratio:.2f} (tagged × {beside_tagged:.2f}), "
        f"goal {TIME_GOAL}; {memory:.0f} MB, goal {MEMORY_GOAL:.0f}"
    )
    return pages >= PAGES and ratio <= TIME_GOAL and memory <= MEMORY_GOAL


def _spent() -> float:
    """Processor time of this process and its children: laying out is one thread's work, whatever else the machine does."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _ours() -> tuple[str, bytes, float]:
    import resource

    from icportal.reporting.report import printing

    html = printing.document(_sheet())
    data = printing.pdf(html)
    return html, data, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _plain(html: str, options: str) -> tuple[float, int]:
    begun = _spent()
    done = subprocess.run(
        [sys.executable, "-c", PLAIN.replace("OPTIONS", options)],
        input=html,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return _spent() - begun, int(done.stdout.split()[1])


def _sheet() -> Any:
    """A report like the real ones: sixteen chapters of text, quotations and lists, with a figure every two pages."""
    from icportal.reporting.report import printing
    from icportal.reporting.report.rendering import Renderer

    renderer = Renderer(_material())
    sections = []
    for chapter in range(15):
        parts = [f"[[figure {code}]]\n\n{_prose(chapter)}" for code in ("all", "c04")]
        sections.append(
            printing.Section(f"chapter-{chapter}", 1, f"Chapter {chapter + 1}", renderer.html("\n\n".join(parts), below=2))
        )
    return printing.Sheet("A report", renderer.html("2024 to 2026"), "en", "ltr", sections)


def _prose(chapter: int) -> str:
    paragraphs = [SENTENCE * 4 + "Cities: [[cities count]]. [[from oulu c04_explanation]]" for _each in range(4)]
    quotes = [f"> {SENTENCE * 2}[[from oulu c04_explanation]]" for _each in range(4)]
    items = [f"- {SENTENCE}" for _each in range(5)]
    return "\n\n".join([f"# What cities do ({chapter})", *paragraphs, *quotes, "\n".join(items)])


def _material() -> Any:
    """Numbers and cities without a database: eleven commitments, twenty cities."""
    from icportal.reporting.asked import Asked
    from icportal.reporting.models import QuestionnaireVersion, Round
    from icportal.reporting.questionnaires.definition import Structure, commitment_section
    from icportal.reporting.report.figures_data import Counts
    from icportal.reporting.report.material import Material, Place

    structure = Structure(
        tuple(commitment_section(number) for number in range(1, 12)), {"fulfilment": ("fully", "partly", "not_at_all")}
    )
    version = QuestionnaireVersion(structure=structure.stored())
    round_ = Round(
        number=5, slug="round", period_from=date(2024, 1, 1), period_to=date(2025, 12, 31), questionnaire_version=version
    )
    material = Material(round_, "en")
    counts = {question.name: Counts({"fully": 9, "partly": 7, "not_at_all": 2}, 18, 2) for question in structure.grades.values()}
    cities = {"oulu": Place(1, "oulu", {}, "Oulu", "FI", answered=True)}
    material.__dict__.update(
        counts=counts, changes={}, cities=cities, answers={}, practices={}, asked=Asked(0, structure, "en", {}), previous=None
    )
    return material
