"""Who asks. Services take an actor, never a request, so that page, command line and job behave alike."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum


class Role(StrEnum):
    """What a person does on the portal. Where it holds is the grant's scope."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    MAYOR_OFFICE = "mayor_office"
    CITY_OFFICER = "city_officer"
    TRANSLATOR = "translator"
    REVIEWER = "reviewer"
    PEER_REVIEWER = "peer_reviewer"


NETWORK_ROLES = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR, Role.PEER_REVIEWER})
CITY_ROLES = frozenset({Role.MAYOR_OFFICE, Role.CITY_OFFICER})
LANGUAGE_ROLES = frozenset({Role.TRANSLATOR, Role.REVIEWER})


@dataclass(frozen=True)
class Grant:
    """A role and where it holds: in the whole network, for one city, or for one language."""

    role: str
    city_id: int | None = None
    language: str | None = None


@dataclass(frozen=True)
class Actor:
    """A person, the portal itself or an unknown visitor, with the roles that count now.

    ``acting_for`` is the city a coordinator acts for; every trace of what is done then says so. ``opened`` names the one
    thing a signed link has opened to somebody without an account, as its domain writes it.
    """

    id: int | None
    name: str
    email: str = ""
    language: str = "en"
    grants: frozenset[Grant] = field(default_factory=frozenset)
    acting_for: int | None = None
    is_system: bool = False
    opened: str = ""

    @property
    def is_signed_in(self) -> bool:
        return self.id is not None

    def has(self, *roles: str) -> bool:
        """Whether the actor holds one of the roles anywhere."""
        return any(grant.role in roles for grant in self.grants)

    def has_in_city(self, city_id: int | None, *roles: str) -> bool:
        """Whether the actor holds one of the roles for this city."""
        return city_id is not None and any(g.role in roles and g.city_id == city_id for g in self.grants)

    def has_in_language(self, language: str, *roles: str) -> bool:
        """Whether the actor holds one of the roles for this content language (a grant without one holds for all)."""
        return any(g.role in roles and g.language in (None, language) for g in self.grants)

    def cities(self, *roles: str) -> frozenset[int]:
        """The cities for which the actor holds one of the roles."""
        return frozenset(g.city_id for g in self.grants if g.role in roles and g.city_id is not None)

    def languages(self, *roles: str) -> frozenset[str | None]:
        """The languages for which the actor holds one of the roles; ``None`` in it means all."""
        return frozenset(g.language for g in self.grants if g.role in roles)

    def acting_for_city(self, city_id: int, roles: tuple[str, ...]) -> Actor:
        """The same person with a city's own roles, labelled as acting for it."""
        extra = frozenset(Grant(role, city_id=city_id) for role in roles)
        return replace(self, grants=self.grants | extra, acting_for=city_id)


ANONYMOUS = Actor(id=None, name="")
SYSTEM = Actor(id=None, name="portal", is_system=True)
