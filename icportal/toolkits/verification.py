"""What ``icportal verify`` asks about toolkits: is each version of a benchmark what was published?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select

from icportal.core.audit import AuditEntry
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.toolkits.models import BenchmarkVersion, Toolkit

#: What the log keeps of a published version.
PUBLISHED = "toolkits.benchmark:publish"


def findings() -> Iterator[str]:
    """Versions that were changed, put in or taken out behind the portal's back, a line each."""
    logged: dict[int | None, dict[int, str]] = defaultdict(dict)
    entries = select(AuditEntry.subject_id, AuditEntry.after).where(AuditEntry.action == PUBLISHED)
    for entry in db.session.execute(entries):
        after = entry.after or {}
        logged[entry.subject_id][after.get("number", 0)] = after.get("sha256", "")
    query = select(BenchmarkVersion, Toolkit.slug).join(Toolkit, Toolkit.id == BenchmarkVersion.toolkit_id)
    for version, slug in db.session.execute(query.order_by(BenchmarkVersion.id)):
        line = f"benchmark of {slug}, version {version.number}"
        known = logged[version.toolkit_id].pop(version.number, None)
        if version.sha256 != sha256(version.structure):
            yield line
        elif known != version.sha256:
            yield f"{line} is not as the log has it"
    for toolkit_id, numbers in logged.items():
        for number in sorted(numbers):
            yield f"benchmark (toolkit {toolkit_id}, version {number}) is gone"
