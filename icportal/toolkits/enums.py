"""The words of toolkits."""

from enum import StrEnum

KIND = "toolkit"


class Permission(StrEnum):
    VIEW = "toolkits.toolkit:view"
    EDIT = "toolkits.toolkit:edit"


class FactorKind(StrEnum):
    """A ``KEY`` factor is a condition for success the city can bring about; a ``CONTEXT`` factor it has to reckon with."""

    KEY = "key"
    CONTEXT = "context"
