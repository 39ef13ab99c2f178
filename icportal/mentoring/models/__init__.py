"""What mentoring keeps."""

from icportal.mentoring.models.applications import Application, AvoidedCity, LanguageSkill, Need, Offer, Wish
from icportal.mentoring.models.ledger import Certificate, LedgerEntry
from icportal.mentoring.models.matching import MatchRun, PairRule
from icportal.mentoring.models.pairings import JournalEntry, Pairing
from icportal.mentoring.models.programmes import Grant, Programme, ProgrammePhase, Scheme
from icportal.mentoring.models.ratings import RatedFactor, Rating
from icportal.mentoring.models.visits import MentoringCalendar, Visit, VisitDecision, VisitDocument, VisitMinutes

__all__ = [
    "Application",
    "AvoidedCity",
    "Certificate",
    "Grant",
    "JournalEntry",
    "LanguageSkill",
    "LedgerEntry",
    "MatchRun",
    "MentoringCalendar",
    "Need",
    "Offer",
    "PairRule",
    "Pairing",
    "Programme",
    "ProgrammePhase",
    "RatedFactor",
    "Rating",
    "Scheme",
    "Visit",
    "VisitDecision",
    "VisitDocument",
    "VisitMinutes",
    "Wish",
]
