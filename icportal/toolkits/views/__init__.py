"""The pages of toolkits."""

from icportal.core.strings import _l
from icportal.toolkits.enums import Permission
from icportal.toolkits.views import desk, public, structure
from icportal.toolkits.views.pages import blueprint
from icportal.web.navigation import Entry

MENU: tuple[Entry, ...] = (
    Entry(_l("Toolkits"), "toolkits.list_toolkits"),
    Entry(_l("Toolkits"), "toolkits.list_work", Permission.VIEW, area="work"),
)

__all__ = ["MENU", "blueprint", "desk", "public", "structure"]
