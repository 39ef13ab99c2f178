"""The desk a kind of text is worked on at: writing, translating, reviewing, history. A domain sets it up for its kind."""

from __future__ import annotations

from icportal.content.desk.forms import Checkboxes, EmptyForm, language_written_in, working_title
from icportal.content.desk.languages import languages_to_translate_into, with_autonym
from icportal.content.desk.opening import Answer, OpenText, TextDesk, refused, seen_version, shown_again
from icportal.content.desk.pages import add_routes, blueprint, workspace_context

__all__ = [
    "Answer",
    "Checkboxes",
    "EmptyForm",
    "OpenText",
    "TextDesk",
    "add_routes",
    "blueprint",
    "language_written_in",
    "languages_to_translate_into",
    "refused",
    "seen_version",
    "shown_again",
    "with_autonym",
    "working_title",
    "workspace_context",
]
