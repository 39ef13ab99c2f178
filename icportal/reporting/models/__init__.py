"""What reporting keeps, one module for each of its parts."""

from icportal.reporting.models.questionnaires import Questionnaire, QuestionnaireText, QuestionnaireVersion
from icportal.reporting.models.responses import (
    Answer,
    AnswerEvidence,
    Evidence,
    Extension,
    PublishedAnswer,
    Remark,
    Response,
    SectionMark,
    SectionShare,
    Snapshot,
)
from icportal.reporting.models.rounds import Reminder, Round

__all__ = [
    "Answer",
    "AnswerEvidence",
    "Evidence",
    "Extension",
    "PublishedAnswer",
    "Questionnaire",
    "QuestionnaireText",
    "QuestionnaireVersion",
    "Remark",
    "Reminder",
    "Response",
    "Round",
    "SectionMark",
    "SectionShare",
    "Snapshot",
]
