"""Departments of a city, and which indicators go to whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import func, select

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import DomainError, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.core.text import clean_line
from icportal.indicators.enums import Permission
from icportal.indicators.models import Department, Indicator

MOST = 30


def add_department(city: City, *, actor: Actor, name: str, email: str = "") -> Department:
    """Add a part of the city's administration that gets a workbook of its own.

    Raises:
        DomainError: the city has one of that name, or too many.
    """
    authorise(actor, Permission.SHARE_OUT, city)
    name = clean_line(name)
    if (db.session.scalar(select(func.count(Department.id)).where(Department.city_id == city.id)) or 0) >= MOST:
        raise DomainError(_("A city has at most %(most)s departments here: remove one first.", most=MOST))
    _refuse_second(city.id, name)
    department = Department(city_id=city.id, name=name, email=email.strip(), codes=[])
    db.session.add(department)
    db.session.flush()
    _trace(actor, "add", department, after=_said(department))
    return department


def rename_department(department: Department, *, actor: Actor, name: str, email: str = "", seen: int) -> None:
    """Change name and address of a department.

    Raises:
        Stale: somebody changed it since it was opened.
        DomainError: the city has another one of that name.
    """
    authorise(actor, Permission.SHARE_OUT, department)
    name, email, before = clean_line(name), email.strip(), _said(department)
    if department.version != seen:
        raise Stale(
            _("Somebody else has changed this department since you opened it. Both are shown; nothing of yours was saved."),
            [(_("Name"), name, department.name), (_("Email"), email, department.email)],
        )
    if (name, email) == (department.name, department.email):
        return
    _refuse_second(department.city_id, name, but=department.id)
    department.name, department.email = name, email
    db.session.flush()
    _trace(actor, "rename", department, before=before, after=_said(department))


def remove_department(department: Department, *, actor: Actor) -> None:
    """Remove a department. What it delivered stays; its workbooks are then read as the city's."""
    authorise(actor, Permission.SHARE_OUT, department)
    _trace(actor, "remove", department, before=_said(department))
    db.session.delete(department)
    db.session.flush()


def share_out(city: City, wanted: Mapping[int, Collection[str]], *, actor: Actor, seen: Mapping[int, int]) -> list[Department]:
    """Say which indicators go to which department; one may go to several. Gives the departments that changed.

    ``wanted`` maps the number of a department to codes, ``seen`` to the version it had when the page was opened.

    Raises:
        Stale: with (department, mine, theirs) for each that somebody changed meanwhile.
    """
    authorise(actor, Permission.SHARE_OUT, city)
    known = set(db.session.scalars(select(Indicator.code).where(Indicator.asked)))
    departments = {each.id: each for each in db.session.scalars(select(Department).where(Department.city_id == city.id))}
    lists = {number: sorted(known.intersection(codes)) for number, codes in wanted.items()}
    overtaken = [
        (each.name, ", ".join(lists[number]), ", ".join(each.codes))
        for number, each in departments.items()
        if number in lists and seen.get(number) != each.version and lists[number] != each.codes
    ]
    if overtaken or not lists.keys() <= departments.keys():
        raise Stale(
            _(
                "Somebody else has changed the departments since you opened this page. Both are shown; nothing of yours was saved."
            ),
            overtaken,
        )
    changed = [departments[number] for number, codes in lists.items() if departments[number].codes != codes]
    for department in changed:
        before, department.codes = _said(department), lists[department.id]
        db.session.flush()
        _trace(actor, "share_out", department, before=before, after=_said(department))
    return changed


def _refuse_second(city_id: int, name: str, *, but: int = 0) -> None:
    if not name:
        raise DomainError(_("Enter the name of the department."), field="name")
    others = select(Department.name).where(Department.city_id == city_id, Department.id != but)
    if name.casefold() in {other.casefold() for other in db.session.scalars(others)}:
        raise DomainError(_("There is a department of this name already."), field="name")


def _said(department: Department) -> dict[str, Any]:
    return {"name": department.name, "email": department.email, "codes": list(department.codes)}


def _trace(actor: Actor, what: str, department: Department, **values: Any) -> None:
    audit.record(actor, f"indicators.department:{what}", department, city_id=department.city_id, **values)
