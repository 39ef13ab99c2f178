"""What people do with indicators. Every function checks the permission, writes once, and leaves a trace."""

from __future__ import annotations

from icportal.indicators.services.batches import batch_for as import_for
from icportal.indicators.services.batches import deciding as deciding_on
from icportal.indicators.services.cataloguing import create_indicator, move_version, save_facts, save_text, take_effect
from icportal.indicators.services.decisions import accept_import, check_import_again, undo_import
from icportal.indicators.services.defining import state_definition
from icportal.indicators.services.delivering import adopt, begin, digest, has_values, move, open_reasons
from icportal.indicators.services.importing import discard as discard_import
from icportal.indicators.services.importing import receive as receive_import
from icportal.indicators.services.merging import accept_merge, merge_of
from icportal.indicators.services.network_imports import receive_network as receive_network_import
from icportal.indicators.services.recording import (
    Change,
    current_of,
    current_values,
    delivery_of,
    open_for_writing,
    record,
    versions_of,
)
from icportal.indicators.services.reviewing import comment, give_reason, send_back, set_star, settle

__all__ = [
    "Change",
    "accept_import",
    "accept_merge",
    "adopt",
    "begin",
    "check_import_again",
    "comment",
    "create_indicator",
    "current_of",
    "current_values",
    "deciding_on",
    "delivery_of",
    "digest",
    "discard_import",
    "give_reason",
    "has_values",
    "import_for",
    "merge_of",
    "move",
    "move_version",
    "open_for_writing",
    "open_reasons",
    "receive_import",
    "receive_network_import",
    "record",
    "save_facts",
    "save_text",
    "send_back",
    "set_star",
    "settle",
    "state_definition",
    "take_effect",
    "undo_import",
    "versions_of",
]
