"""An officer at the pages of an import: signed in, sending workbooks, reading what the pages say."""

from __future__ import annotations

import io
import re
from types import SimpleNamespace

import import_world as w
from harness import ApartClient, PortalClient
from werkzeug.test import TestResponse

UPLOAD = f"/en/work/indicators/{w.CITY}/{w.YEAR}/upload"


def signed_in(world: SimpleNamespace, name: str) -> PortalClient:
    world.app.test_client_class = ApartClient
    client: PortalClient = world.app.test_client()
    client.sign_in(world.people[name])
    return client


def send(client: PortalClient, data: bytes, name: str = "values.xlsx", *, to: str = UPLOAD, **more: str) -> TestResponse:
    form = {"upload": (io.BytesIO(data), name), "reads_as": "en", "department": "0", **more}
    return client.post(to, data=form, content_type="multipart/form-data")


def uploaded(client: PortalClient, data: bytes) -> str:
    """Upload and give the address of the preview."""
    answer = send(client, data)
    assert answer.status_code == 303, words(answer)
    return str(answer.location)


def words(answer: TestResponse) -> str:
    """The text of a page as one reads it."""
    page = re.sub(r"(?s)<(head|header|footer|nav class=.breadcrumbs).*?</\1>", " ", answer.get_data(as_text=True))
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u202f", " ").split())


def field(answer: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.get_data(as_text=True))
    assert found, f"the page has no field {name}"
    return found[1]


def decide(client: PortalClient, address: str, **more: str) -> TestResponse:
    """Press the button of the preview."""
    page = client.get(address)
    return client.post(f"{address}/accept", data={"digest": field(page, "digest"), **more})
