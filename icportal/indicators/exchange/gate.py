"""The gate every uploaded workbook passes before anything opens it, with a sentence for each refusal."""

from __future__ import annotations

from icportal.core.strings import _l
from icportal.indicators import findings
from icportal.indicators.exchange.inspection import Refused, inspect
from icportal.indicators.exchange.layout import Unreadable
from icportal.indicators.findings import Finding

findings.register(
    {
        "file.empty": _l("The file is empty. Choose the workbook once more; perhaps it was still being saved."),
        "file.too_large": _l(
            "The file is larger than %(most)s MB. A workbook of the portal is far smaller: download a fresh one and copy "
            "your values into it."
        ),
        "file.encrypted": _l(
            "The workbook is protected by a password. Open it in Excel, take the password away under File, Info, Protect "
            "Workbook, save it and choose it again."
        ),
        "file.xls": _l(
            "This is a workbook in the old format .xls. Open it and save it as “Excel Workbook (.xlsx)”, then choose that file."
        ),
        "file.ods": _l(
            "This is an OpenDocument spreadsheet (.ods). In LibreOffice choose “Save as” and the format Excel 2007–365 "
            "(.xlsx); nothing is lost. Then choose that file."
        ),
        "file.xlsb": _l("This is a binary workbook (.xlsb). Save it as “Excel Workbook (.xlsx)” and choose that file."),
        "file.other_office": _l(
            "This is an Office document of another kind, not a workbook. Choose the workbook you downloaded from the portal."
        ),
        "file.pdf": _l("This is a PDF. Choose the workbook itself (.xlsx) that it was printed from."),
        "file.html": _l(
            "This is a web page with the name of a workbook. Open it in Excel and save it as “Excel Workbook (.xlsx)”, or copy "
            "its values into the workbook you downloaded from the portal."
        ),
        "file.xml": _l(
            "This is an XML file with the name of a workbook. Open it in Excel and save it as “Excel Workbook (.xlsx)”."
        ),
        "file.csv": _l(
            "This is a text file with separated values (CSV). Copy its values into the workbook you downloaded from the portal."
        ),
        "file.zip": _l("This is an archive, not a workbook. Unpack it and choose the workbook (.xlsx) that is in it."),
        "file.not_workbook": _l(
            "This file is not a workbook. Choose the file ending in .xlsx that you downloaded from the portal."
        ),
        "file.truncated": _l(
            "The end of the file is missing; it was not saved or sent completely. Save it again and choose it once more."
        ),
        "file.damaged": _l("The file is damaged. Open it in Excel, save it under a new name and choose that file."),
        "file.too_many_parts": _l(
            "The workbook consists of more than %(most)s parts. Copy your values into a fresh workbook from the portal."
        ),
        "file.bomb": _l(
            "The file unpacks to far more than its size and was not opened. Copy your values into a fresh workbook from the portal."
        ),
        "file.entities": _l(
            "The file contains declarations that no spreadsheet program writes, and was not opened. Copy your values into a "
            "fresh workbook from the portal."
        ),
        "file.macros": _l(
            "The workbook contains macros. In Excel choose “Save as” and the type “Excel Workbook (.xlsx)”, which leaves them "
            "out; your values stay. Then choose that file."
        ),
        "file.embedded": _l(
            "Another document is embedded in the workbook. Delete the embedded object, save the workbook and choose it again."
        ),
        "file.too_far": _l(
            "The cell %(cell)s lies far outside the table, which may have %(rows)s rows and %(columns)s columns. Delete what "
            "stands there, save the workbook and choose it again."
        ),
        "file.too_demanding": _l(
            "Reading the workbook took too much time or memory and was stopped. Copy your values into a fresh workbook from "
            "the portal."
        ),
        "file.no_sheets": _l("The workbook has no sheets. Choose the workbook you downloaded from the portal."),
        "file.external_links": _l(
            "The workbook refers to other files. Those were not opened; the values stored when it was saved last were read."
        ),
    }
)


def gate(data: bytes, *, network: bool = False) -> tuple[Finding, ...]:
    """Look a file over before it is kept. Returns what is worth telling about it.

    Raises:
        Unreadable: it is not an .xlsx workbook, is damaged, or could do harm; its finding says what to do.
    """
    try:
        return tuple(Finding(code) for code in inspect(data, network=network))
    except Refused as refused:
        raise Unreadable(Finding(refused.code, refused.params)) from None
