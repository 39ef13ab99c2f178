"""Questionnaires as XLSForm workbooks: one that comes in is kept and read first, and taken over in a second step."""

from __future__ import annotations

from typing import IO

from sqlalchemy import select

from icportal.core import files
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import DomainError
from icportal.core.files import StoredFile
from icportal.core.filetypes import FileKind
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.reporting.enums import Permission
from icportal.reporting.models import Questionnaire
from icportal.reporting.questionnaires.xlsform.layout import XlsForm
from icportal.reporting.questionnaires.xlsform.reading import read_xlsform
from icportal.reporting.services.questionnaires import Imported, import_form


def receive_form(questionnaire: Questionnaire, stream: IO[bytes], filename: str, *, actor: Actor) -> tuple[StoredFile, XlsForm]:
    """Keep an upload and say what is in it. Nothing of the questionnaire changes.

    Raises:
        DomainError: at ``upload``: it is empty, too large, damaged, or no workbook.
    """
    authorise(actor, Permission.EDIT_QUESTIONNAIRE, questionnaire)
    file = files.accept_upload(stream, filename, kinds={FileKind.WORKBOOK}, actor=actor, field="upload")
    return file, _read(questionnaire, file)


def take_over_form(questionnaire: Questionnaire, key: str, *, actor: Actor, seen: int) -> Imported:
    """Make the draft what the kept file says. Raises what ``import_form`` raises, and a file with errors is refused."""
    authorise(actor, Permission.EDIT_QUESTIONNAIRE, questionnaire)
    file = db.session.scalar(select(StoredFile).where(StoredFile.key == key, StoredFile.uploaded_by == actor.id))
    if file is None:
        raise DomainError(_("The file is no longer there: choose it again."))
    form = _read(questionnaire, file)
    if form.errors:
        raise DomainError(_("The file has errors: mend them and choose it again."))
    return import_form(questionnaire, form.structure, form.texts, actor=actor, seen=seen)


def _read(questionnaire: Questionnaire, file: StoredFile) -> XlsForm:
    return read_xlsform(files.open_file(file).read(), language=questionnaire.item.source_language)
