"""The child process that lays a report out: ``python -m icportal.reporting.report.printing_child``.

A document comes on standard input as JSON; the answer is a line of JSON and, where it says so, the PDF. The process loads neither
Flask nor the database and fetches nothing: what the document does not contain is not shown.
"""

from __future__ import annotations

import json
import sys
from typing import Any

PROBLEM_LIBRARY, PROBLEM_FONT, PROBLEM_OTHER = "library", "font", "other"
PIECE = 1 << 20


def main() -> None:
    asked = json.load(sys.stdin)
    try:
        # The library of letters (Pango) is looked for when this is imported; where it is missing the portal says so.
        import weasyprint
    except OSError as error:
        _say({"problem": PROBLEM_LIBRARY, "detail": str(error)[:500]})
        return
    if missing := missing_signs(asked["signs"], asked["family"]):
        _say({"problem": PROBLEM_FONT, "detail": "".join(missing)[:60]})
        return
    document = weasyprint.HTML(string=asked["html"], url_fetcher=refuse)
    data = document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)
    _say({"size": len(data)})
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def refuse(url: str, *_args: Any, **_options: Any) -> Any:
    """Nothing is fetched from anywhere."""
    message = f"the report does not fetch {url[:200]}"
    raise ValueError(message)


def missing_signs(signs: str, family: str) -> list[str]:
    """The signs for which no font of this machine has a letter."""
    # Both come with WeasyPrint, and like it only where Pango is there.
    import cffi

    # The same for its own view of the library.
    from weasyprint.text import ffi as library

    pango, gobject, pangoft2 = library.pango, library.gobject, library.pangoft2
    own = cffi.FFI()
    own.cdef("int pango_layout_get_unknown_glyphs_count(void *layout);")
    counting = own.dlopen(_name_of_pango())
    fontmap = library.ffi.gc(pangoft2.pango_ft2_font_map_new(), gobject.g_object_unref)
    context = library.ffi.gc(pango.pango_font_map_create_context(fontmap), gobject.g_object_unref)
    layout = library.ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)
    description = pango.pango_font_description_new()
    pango.pango_font_description_set_family(description, family.encode())
    pango.pango_layout_set_font_description(layout, description)
    pointer = own.cast("void *", int(library.ffi.cast("intptr_t", layout)))
    found = []
    for sign in signs:
        data = sign.encode()
        pango.pango_layout_set_text(layout, data, len(data))
        if counting.pango_layout_get_unknown_glyphs_count(pointer):
            found.append(sign)
    return found


def _name_of_pango() -> str:
    # Already loaded by then: the system gives the same library again.
    names = {"darwin": "libpango-1.0.dylib", "win32": "libpango-1.0-0.dll"}
    return names.get(sys.platform, "libpango-1.0.so.0")


def _say(answer: dict[str, object]) -> None:
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
