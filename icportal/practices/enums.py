"""The words of practices."""

from enum import StrEnum

KIND = "practice"


class Basis(StrEnum):
    """Where a commitment number comes from: the report's heading, its area, or its context; or the city itself."""

    CITY = "city"
    HEADING = "heading"
    AREA = "area"
    CONTEXT = "context"


class Permission(StrEnum):
    CREATE = "practices.practice:create"
    EDIT_FACTS = "practices.practice:edit_facts"
    WRITE_TO_CITY = "practices.practice:write_to_city"
    BULK = "practices.practice:bulk"
    VIEW_WORKSPACE = "practices.practice:view_workspace"
    TRANSLATE_ANY = "practices.practice:translate_any"
    OVERVIEW = "practices.practice:overview"
