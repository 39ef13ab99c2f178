"""The words of cities."""

from enum import StrEnum

#: Named contacts a city should have, so that a holiday or a new job does not cut the thread.
FEWEST_CONTACTS = 2
MOST_CONTACTS = 6

MODULE = "cities"


class Permission(StrEnum):
    ADD = "cities.city:add"
    EDIT = "cities.city:edit"
    VIEW_CONTACTS = "cities.contact:view"
    EDIT_CONTACTS = "cities.contact:edit"
