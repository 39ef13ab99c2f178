"""Every page in every interface language: it renders, names its language and direction, and says nothing twice."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import pytest
from harness import Page
from security.test_matrix import access, client_for, one_each, url
from security.world import World

from icportal.i18n.locales import LANGUAGES

pytestmark = pytest.mark.slow

#: Pages behind a sign-in are read in a language of long words, in the longest, and from right to left.
AT_WORK = ("de", "en-xa", "ar-xb")
READERS = ("visitor", "coordinator", "mayor", "officer", "translator", "reviewer", "administrator")
HOME = ("/", "/work", "/practices", "/signatories")


def readable(world: World) -> dict[str, str]:
    """Every address that can be read, with the role it is read as."""
    clients = {role: client_for(world, role) for role in READERS}
    found = {}
    for address in one_each(world, "GET"):
        target = url(world, address)
        for role in READERS[:1] if access(world, address.endpoint) == "public" else READERS[1:]:
            if clients[role].get(target, lint=False).status_code == 200:
                found[target] = role
                break
    return found


def faults(world: World, role: str, code: str, target: str) -> list[str]:
    """What is wrong with this page. The client itself refuses what no page of the portal may be."""
    where = f"{role}: {target}"
    try:
        response = client_for(world, role).get(target)
    except AssertionError as error:
        return [f"{role}: {error}"]
    except Exception as error:  # noqa: BLE001  every page is looked at, whatever happened to the one before
        return [f"{where}: {type(error).__name__}: {error}"[:300]]
    if response.status_code != 200:
        return [f"{where}: {response.status_code}"]
    if not response.mimetype.startswith("text/") and response.mimetype != "application/json":
        return []
    text = response.get_data(as_text=True)
    if response.mimetype == "application/json":
        json.loads(text)
    elif response.mimetype == "text/csv":
        assert len(list(csv.reader(io.StringIO(text)))) >= 1
    elif response.mimetype.endswith("xml"):
        ET.fromstring(text)
    if response.mimetype != "text/html":
        return []
    page = Page("")
    page.feed(text)
    wanted = {"lang": code, "dir": LANGUAGES[code].direction}
    found = [f"{where}: {name} is {page.root.get(name)}" for name, value in wanted.items() if page.root.get(name) != value]
    pieces = [piece.strip().casefold() for piece in re.split(r"\s[–—·|:]\s", page.title)]
    if len(pieces) != len(set(pieces)) or not all(pieces):
        found.append(f"{where}: the title is “{page.title}”")
    return found


def test_every_page_in_every_language(world: World) -> None:
    pages = readable(world)
    assert len(pages) > 50
    wrong = [
        fault for target, role in pages.items() for code in (LANGUAGES if role == "visitor" else AT_WORK) if target.startswith("/en/")
        for fault in faults(world, role, code, re.sub("^/en/", f"/{code}/", target))
    ]  # fmt: skip
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", [role for role in READERS if role != "visitor"])
def test_the_first_pages_of_every_role(world: World, role: str) -> None:
    wrong = [fault for code in LANGUAGES for path in HOME for fault in faults(world, role, code, f"/{code}{path}")]
    assert not wrong, "\n".join(wrong)
