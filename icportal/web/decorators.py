"""Every view says who may call it; a view that says nothing fails a test."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from icportal.core import permissions
from icportal.core.errors import NotAllowed, NotFound
from icportal.core.strings import _
from icportal.web.identity import current_actor

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Open to everybody; the view shows nothing that is not public."""
    view.__access__ = "public"  # type: ignore[attr-defined]
    return view


def cached_page(view: View) -> View:
    """A public page that may be kept for visitors without an account until something public changes."""
    view.__cached_page__ = True  # type: ignore[attr-defined]
    return public(view)


def requires(permission: str) -> Callable[[View], View]:
    """Refuse early whoever cannot hold the permission over anything; the service decides over the subject.

    The predicate is asked without a subject: a rule answers then whether the actor could hold it at all.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            actor = current_actor()
            if not actor.is_signed_in:
                raise NotAllowed(_("Sign in to open this page."))
            if not permissions.can(actor, permission, None):
                permissions.authorise(actor, permission, None)
                raise NotFound("")
            return view(*args, **kwargs)

        guarded.__access__ = str(permission)  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate
