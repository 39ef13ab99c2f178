"""The menu: entries that domains register, filtered by what the actor may open."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for

from icportal.core.actors import Actor
from icportal.core.permissions import can
from icportal.core.strings import Text


@dataclass(frozen=True)
class Entry:
    """A menu entry. ``permission`` is None for public pages; ``area`` is public or work."""

    label: Text
    endpoint: str
    permission: str | None = None
    area: str = "public"


@dataclass(frozen=True)
class MenuItem:
    """An entry as one page shows it."""

    label: str
    url: str
    current: bool


_entries: list[Entry] = []


def register(*entries: Entry) -> None:
    """Add menu entries in the order they are to stand; an endpoint has one in an area."""
    there = {(entry.endpoint, entry.area) for entry in _entries}
    _entries.extend(entry for entry in entries if (entry.endpoint, entry.area) not in there)


def menu(actor: Actor, area: str = "public") -> list[MenuItem]:
    """The entries of an area this actor may open; the one of the current page is marked."""
    open_to_actor = [
        entry for entry in _entries if entry.area == area and (entry.permission is None or can(actor, entry.permission))
    ]
    items = [(str(entry.label), url_for(entry.endpoint)) for entry in open_to_actor]
    current = max((url for _label, url in items if _is_below(request.path, url)), key=len, default=None)
    return [MenuItem(label, url, url == current) for label, url in items]


def _is_below(path: str, url: str) -> bool:
    """Whether a page is the entry's own or stands below its address; the closest entry is the current one."""
    return path == url or path.startswith(url.rstrip("/") + "/")
