"""The words of content."""

from enum import StrEnum


class ContentState(StrEnum):
    """Where the working copy of one language version stands."""

    DRAFT = "draft"
    REVIEW = "review"
    CHANGES_REQUESTED = "changes_requested"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    ARCHIVED = "archived"


class SegmentState(StrEnum):
    """How a translated segment answers the published source."""

    FRESH = "fresh"
    STALE = "stale"
    MISSING = "missing"
    GONE = "gone"


class Permission(StrEnum):
    VIEW_DRAFT = "content.version:view_draft"
    EDIT = "content.version:edit"
    TRANSLATE = "content.version:translate"
    SUBMIT = "content.version:submit"
    REVIEW = "content.version:review"
    OVERRIDE = "content.version:override_review"
    WITHDRAW = "content.version:withdraw"
    IMPORT = "content.version:import"
    COMMENT = "content.version:comment"
    EDIT_ITEM = "content.item:edit"
