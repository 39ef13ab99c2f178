"""The pages of a desk at their addresses, each with the permission it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint

from icportal.content import services as content
from icportal.content.desk import history, reviewing, translating, writing
from icportal.content.desk.forms import StartTranslationForm
from icportal.content.desk.languages import languages_to_translate_into, with_autonym
from icportal.content.desk.opening import Answer, OpenText, TextDesk
from icportal.content.enums import Permission
from icportal.content.flow import CONTENT
from icportal.content.models import LanguageVersion
from icportal.core.permissions import authorise, can
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.workflow import engine

#: Only the templates: the pages hang on the blueprints of the domains.
blueprint = Blueprint("content", __name__, template_folder="../templates")

#: Stands for the permission to see the subject, which each desk names itself.
VIEW = "view"


@dataclass(frozen=True)
class Route:
    """A page: ``permission`` is asked before anything is opened, ``over`` over the version that was."""

    view: Callable[..., Answer]
    rule: str
    methods: tuple[str, ...]
    permission: str
    over: str | None = None

    @property
    def name(self) -> str:
        return self.view.__name__


READ, SEND, BOTH = ("GET",), ("POST",), ("GET", "POST")
ROUTES = (
    Route(writing.edit_text, "/edit", BOTH, Permission.EDIT, Permission.EDIT),
    Route(writing.autosave_text, "/autosave", SEND, Permission.EDIT, Permission.EDIT),
    Route(writing.discard_typing, "/<slug:code>/discard", SEND, VIEW),
    Route(translating.start_translation, "/translations", SEND, Permission.TRANSLATE),
    Route(translating.translate, "/<slug:code>/translate", BOTH, Permission.TRANSLATE, Permission.TRANSLATE),
    Route(translating.autosave_translation, "/<slug:code>/autosave", SEND, Permission.TRANSLATE, Permission.TRANSLATE),
    Route(reviewing.review, "/<slug:code>", READ, Permission.VIEW_DRAFT, Permission.VIEW_DRAFT),
    Route(reviewing.move, "/<slug:code>/move", SEND, Permission.VIEW_DRAFT, Permission.VIEW_DRAFT),
    Route(reviewing.add_comment, "/<slug:code>/comments", SEND, Permission.COMMENT, Permission.VIEW_DRAFT),
    Route(
        reviewing.settle_comment, "/<slug:code>/comments/<int:comment_id>/settle", SEND, Permission.COMMENT, Permission.VIEW_DRAFT
    ),
    Route(history.history, "/<slug:code>/history", READ, Permission.VIEW_DRAFT, Permission.VIEW_DRAFT),
    Route(history.compare, "/<slug:code>/compare", READ, Permission.VIEW_DRAFT, Permission.VIEW_DRAFT),
    Route(history.restore, "/<slug:code>/restore/<int:number>", SEND, Permission.VIEW_DRAFT, Permission.VIEW_DRAFT),
)


def add_routes(desk: TextDesk) -> None:
    """Put the pages of the desk on its blueprint."""
    for route in ROUTES:
        permission = desk.view if route.permission == VIEW else route.permission
        place = f"{desk.address}/<int:{desk.parameter}>{route.rule}"
        _add(desk, place, _opening(desk, route), permission, route.methods)
    _add(desk, f"{desk.address}/preview", writing.preview, desk.view, SEND)


def _add(desk: TextDesk, rule: str, view: Callable[..., Answer], permission: str, methods: tuple[str, ...]) -> None:
    guarded = requires(permission)(view)
    # The page is one of the domain that sets the desk up.
    guarded.__module__ = desk.blueprint.import_name
    desk.blueprint.add_url_rule(rule, f"{desk.prefix}{view.__name__}", guarded, methods=list(methods))


def _opening(desk: TextDesk, route: Route) -> Callable[..., Answer]:
    """The page, given the text its address names; the source where it names no language."""

    def opening(code: str | None = None, **values: Any) -> Answer:
        subject = desk.open_subject(values.pop(desk.parameter), actor=current_actor())
        version = subject.item.source if code is None else desk.version_in(subject, code)
        if route.over is not None:
            authorise(current_actor(), route.over, version)
        return route.view(desk.opened(subject, version), **values)

    opening.__name__, opening.__doc__ = route.name, route.view.__doc__
    return opening


def workspace_context(text: OpenText) -> dict[str, Any]:
    """What the workspace of any subject shows: its languages, and what can be done with each now."""
    actor, source = current_actor(), text.source
    mine = can(actor, Permission.VIEW_DRAFT, source)
    starting = StartTranslationForm(formdata=None)
    starting.language.choices = [
        (language.code, with_autonym(language.code))
        for language in languages_to_translate_into(actor)
        if text.item.version_in(language.code) is None
        and can(actor, Permission.TRANSLATE, content.Planned(language.code, text.item.city_id))
    ]
    return {
        "text": text,
        "source": source,
        "versions": sorted(text.item.versions, key=lambda version: (not version.is_source, version.language)),
        "moves": [move for move in engine.moves(CONTENT, source, actor=actor) if not move.transition.binds] if mine else [],
        "may_see": {version.id: can(actor, Permission.VIEW_DRAFT, version) for version in text.item.versions},
        "may_write": {version.id: can(actor, _writing(version), version) for version in text.item.versions},
        "incomplete": content.incomplete(source) if can(actor, Permission.SUBMIT, source) else [],
        "flow": CONTENT,
        "starting": starting,
    }


def _writing(version: LanguageVersion) -> Permission:
    return Permission.EDIT if version.is_source else Permission.TRANSLATE
