"""Pages of practices: the public library, the authors' desk and the translators' desk."""

from __future__ import annotations

from icportal.core.strings import _l
from icportal.practices.enums import Permission
from icportal.practices.views import authoring, library, partners, reviewing, texts, translation
from icportal.practices.views.pages import blueprint
from icportal.web.navigation import Entry

MENU: tuple[Entry, ...] = (
    Entry(_l("Practices"), "practices.list_practices"),
    Entry(_l("Write a practice"), "practices.start_practice", Permission.CREATE, area="work"),
    Entry(_l("Translate"), "practices.translation_desk", Permission.TRANSLATE_ANY, area="work"),
    Entry(_l("Languages of practices"), "practices.matrix", Permission.OVERVIEW, area="work"),
)

__all__ = ["MENU", "authoring", "blueprint", "library", "partners", "reviewing", "texts", "translation"]
