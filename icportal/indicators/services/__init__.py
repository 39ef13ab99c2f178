"""What people do with indicators. Every function checks the permission, writes once, and leaves a trace."""

from __future__ import annotations

from icportal.indicators.services.delivering import adopt, digest, has_values, move
from icportal.indicators.services.recording import (
    Change,
    current_of,
    current_values,
    delivery_of,
    open_for_writing,
    record,
    versions_of,
)

__all__ = [
    "Change",
    "adopt",
    "current_of",
    "current_values",
    "delivery_of",
    "digest",
    "has_values",
    "move",
    "open_for_writing",
    "record",
    "versions_of",
]
