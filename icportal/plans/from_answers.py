"""An answer of a reporting round becomes an action: a gap, a challenge or a plan that a city has named."""

from __future__ import annotations

from icportal.core.actors import Actor
from icportal.core.strings import _l
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.plans.enums import Permission
from icportal.plans.services.actions import Answered, Draft, create_action
from icportal.reporting import handing_on
from icportal.reporting.enums import Grade, QuestionRole, QuestionType
from icportal.reporting.handing_on import Offer, Source
from icportal.reporting.models import Answer
from icportal.reporting.questionnaires.definition import Question, Section

_GAPS = frozenset({Grade.PARTLY, Grade.NOT_AT_ALL})
_TOLD = frozenset({QuestionRole.CHALLENGES, QuestionRole.PLANS})


def is_a_gap(question: Question, answer: Answer | None, section: Section) -> bool:  # noqa: ARG001  the signature of an offer
    """A commitment met partly or not at all, or words on what is difficult or planned. A blank is no gap."""
    if answer is None or answer.is_blank:
        return False
    if question.is_grade:
        return answer.value in _GAPS
    return question.role in _TOLD and question.type in {QuestionType.TEXT, QuestionType.LONG_TEXT}


def make_action(source: Source, title: str, actor: Actor) -> int:
    """An action with the answer's words, its commitment and its language, which knows where it comes from."""
    language = source.language if source.language in CONTENT_LANGUAGES else "en"
    number = source.section.commitment
    draft = Draft(
        title,
        body=source.text,
        language=language,
        commitments=(number,) if number is not None else (),
    )
    said = source.text or str(source.answer.value if source.answer else "")
    answered = Answered(source.response.id, source.question.name, said, language)
    return create_action(source.city, draft, actor=actor, answered=answered).id


OFFER = Offer(
    key="action",
    label=_l("Make an action for the plan"),
    made=_l("The action made of this answer"),
    permission=Permission.EDIT,
    fits=is_a_gap,
    make=make_action,
    endpoint="plans.show_action",
    values=lambda number, city: {"slug": city.slug, "action_id": number},
)


def register() -> None:
    """Make actions known as something that answers become."""
    handing_on.register(OFFER)
