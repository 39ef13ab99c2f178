"""What reporting keeps, one module for each of its parts."""

from icportal.reporting.models.handing_on import HandedOn
from icportal.reporting.models.imports import ResponseImport
from icportal.reporting.models.questionnaires import Questionnaire, QuestionnaireText, QuestionnaireVersion
from icportal.reporting.models.reports import Chapter, Mention, Report, ReportEdition, ReportFile, ReportPage
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
from icportal.reporting.models.results import ResultDocument
from icportal.reporting.models.rounds import Invitation, Reminder, Round, RoundSnapshot

__all__ = [
    "Answer",
    "AnswerEvidence",
    "Chapter",
    "Evidence",
    "Extension",
    "HandedOn",
    "Invitation",
    "Mention",
    "PublishedAnswer",
    "Questionnaire",
    "QuestionnaireText",
    "QuestionnaireVersion",
    "Remark",
    "Reminder",
    "Report",
    "ReportEdition",
    "ReportFile",
    "ReportPage",
    "Response",
    "ResponseImport",
    "ResultDocument",
    "Round",
    "RoundSnapshot",
    "SectionMark",
    "SectionShare",
    "Snapshot",
]
