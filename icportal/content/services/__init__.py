"""What people do with a text. Every function checks the permission, writes once, and leaves a trace."""

from __future__ import annotations

from icportal.content.services.pieces import recount
from icportal.content.services.remarks import add_comment, settle_comment
from icportal.content.services.steps import (
    adopt,
    approve,
    archive,
    incomplete,
    move,
    override,
    reopen,
    request_changes,
    retract,
    submit,
    withdraw,
)
from icportal.content.services.translating import (
    Planned,
    claim_same_meaning,
    confirm_unchanged,
    save_translation,
    start_translation,
    take_over_translation,
)
from icportal.content.services.writing import (
    create_item,
    drop_typing,
    keep_typing,
    restore,
    save_facts,
    save_source,
    set_visibility,
)

__all__ = [
    "Planned",
    "add_comment",
    "adopt",
    "approve",
    "archive",
    "claim_same_meaning",
    "confirm_unchanged",
    "create_item",
    "drop_typing",
    "incomplete",
    "keep_typing",
    "move",
    "override",
    "recount",
    "reopen",
    "request_changes",
    "restore",
    "retract",
    "save_facts",
    "save_source",
    "save_translation",
    "set_visibility",
    "settle_comment",
    "start_translation",
    "submit",
    "take_over_translation",
    "withdraw",
]
