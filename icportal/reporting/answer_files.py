"""Files that answer questions, for those who may read the answers."""

from __future__ import annotations

from sqlalchemy import select

from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.files import StoredFile
from icportal.core.strings import _
from icportal.reporting.enums import QuestionType
from icportal.reporting.models import Answer, Response
from icportal.reporting.responses import section_of


def file_of(response: Response, section: str, question: str) -> StoredFile:
    """The file that answers a question of this section. NotFound where none does."""
    asked = next((each for each in section_of(response, section).questions if each.name == question), None)
    if asked is not None and asked.type == QuestionType.FILE:
        key = select(Answer.value).where(Answer.response_id == response.id, Answer.question == question)
        found = db.session.scalar(select(StoredFile).where(StoredFile.key == (db.session.scalar(key) or "")))
        if found is not None and found.city_id == response.city_id:
            return found
    raise NotFound(_("There is no such file."))
