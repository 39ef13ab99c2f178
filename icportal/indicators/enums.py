"""The words of indicators. What people read for them is in ``labels``."""

from enum import StrEnum

KIND = "indicator"


class Permission(StrEnum):
    VIEW_DELIVERY = "indicators.delivery:view"
    ENTER = "indicators.delivery:enter"
    SUBMIT = "indicators.delivery:submit"
    CHECK = "indicators.delivery:check"
    WITHDRAW = "indicators.delivery:withdraw"
    ADOPT = "indicators.delivery:adopt"
    SHARE_OUT = "indicators.delivery:share_out"
    LIST_DELIVERIES = "indicators.delivery:list"
    EXCHANGE_NETWORK = "indicators.network:exchange"
    VIEW_CATALOGUE = "indicators.catalogue:view"
    EDIT_CATALOGUE = "indicators.catalogue:edit"
    RELEASE = "indicators.release:publish"


class Family(StrEnum):
    """The groups of the catalogue (Report I, and the four areas of the charter)."""

    DEMOGRAPHY = "demography"
    EMPLOYMENT = "employment"
    EDUCATION = "education"
    SOCIAL_INCLUSION = "social_inclusion"
    HOUSING = "housing"
    ACTIVE_CITIZENSHIP = "active_citizenship"
    EMPLOYER = "employer"
    SERVICE_PROVIDER = "service_provider"
    BUYER = "buyer"
    WELCOMING = "welcoming"
    REPORTED = "reported"


class Frame(StrEnum):
    """The frames an indicator belongs to; the set lies where they meet (Report I)."""

    CHARTER = "charter"
    ZARAGOZA = "zaragoza"
    ZARAGOZA_LATER = "zaragoza_later"
    EUROPE_2020 = "europe_2020"
    INTERCULTURAL_CITIES = "intercultural_cities"


class Unit(StrEnum):
    PERCENT = "percent"
    PERCENTAGE_POINTS = "percentage_points"
    PER_1000 = "per_1000"
    RATIO = "ratio"
    SCORE = "score"
    PERSONS = "persons"
    SESSIONS = "sessions"
    COUNT = "count"
    YES_NO = "yes_no"
    EUR = "eur"
    CAD = "cad"
    PPS = "pps"


class Status(StrEnum):
    """OBS_STATUS as Eurostat lists it since 27 January 2025; a value may carry several."""

    BREAK = "b"
    DEFINITION_DIFFERS = "d"
    ESTIMATED = "e"
    FORECAST = "f"
    IMPUTED = "i"
    CANNOT_EXIST = "m"
    NOT_SIGNIFICANT = "n"
    PROVISIONAL = "p"
    LOW_RELIABILITY = "u"


#: One-flag formats carry the first of these a value has (SDMX guidance: the break leads).
PRECEDENCE = "bmdenfipu"


class Confidentiality(StrEnum):
    """CONF_STATUS. Anything but free is withheld from every page and every file."""

    FREE = "F"
    CONFIDENTIAL = "C"
    NOT_FOR_PUBLICATION = "N"
    NON_STATISTICAL = "P"


class Missing(StrEnum):
    """Why there is no number. ``REMOVED`` takes back a value that was delivered before."""

    NOT_AVAILABLE = "not_available"
    NOT_COLLECTED = "not_collected"
    NOT_ALLOWED = "not_allowed"
    REMOVED = "removed"


class Bound(StrEnum):
    """How exactly the number is meant ("over 6,000", "just under 90 %")."""

    EXACT = "exact"
    ROUNDED = "rounded"
    ABOUT = "about"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    UNDER_HALF = "under_half"


class Geography(StrEnum):
    """Which area the number speaks of."""

    CITY = "city"
    METROPOLITAN = "metropolitan"
    REGION = "region"
    NATIONAL = "national"
    NOT_STATED = "not_stated"


class Counting(StrEnum):
    """A stock is counted at a moment, a flow over a period, a cumulative total since some start."""

    STOCK = "stock"
    FLOW = "flow"
    CUMULATIVE = "cumulative"


class SourceKind(StrEnum):
    REGISTER = "register"
    CENSUS = "census"
    SURVEY = "survey"
    ADMINISTRATIVE = "administrative"
    ESTIMATE = "estimate"
    REPORT = "report"
    NOT_STATED = "not_stated"


class DefinitionFamily(StrEnum):
    """Whom a city counts as a migrant (Report I), in families one can compare."""

    FOREIGN_NATIONALITY = "foreign_nationality"
    FOREIGN_NATIONALITY_EU_APART = "foreign_nationality_eu_apart"
    FOREIGN_PARENT = "foreign_parent"
    FOREIGN_BORN = "foreign_born"
    MINORITIES = "minorities"
    NOT_STATED = "not_stated"


class DeliveryState(StrEnum):
    DRAFT = "draft"
    REVIEW = "review"
    CHANGES_REQUESTED = "changes_requested"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class How(StrEnum):
    """How a version of a value came to be."""

    TYPED = "typed"
    IMPORTED = "imported"
    LOADED = "loaded"
    UNDONE = "undone"


class Mark(StrEnum):
    """What the coordinator puts on a value: a star to follow it up, a comment, the reason it was sent back for."""

    STAR = "star"
    COMMENT = "comment"
    REASON = "reason"


class BatchScope(StrEnum):
    """What an uploaded file speaks of: one city and one year, or many of both."""

    CITY = "city"
    NETWORK = "network"


class BatchState(StrEnum):
    """``RECEIVED`` waits for the worker, ``CHECKED`` has its preview, ``REFUSED`` could not be read at all."""

    RECEIVED = "received"
    CHECKED = "checked"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    DISCARDED = "discarded"
    UNDONE = "undone"


class Outcome(StrEnum):
    """What accepting a cell would do. A conflict was changed by somebody else since the workbook was made."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    REFUSED = "refused"
    EMPTY = "empty"
