"""The pages of the report: the coordinators' desk, what a city reads and answers, and what everybody reads."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from delivery_world import apart
from report_world import approve_all, make_reported
from reporting_world import person

from icportal.core.actors import Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.reporting.models import Report
from icportal.reporting.report import making
from icportal.reporting.services import mentions


@pytest.fixture
def world(app: Any, context: None) -> Any:
    return make_reported()


@pytest.fixture
def client(app: Any) -> Any:
    """A visitor beside the open session of the test."""
    return apart(app)


def test_the_desk_from_beginning_to_the_public_pages(world: Any, sign_in: Any, client: Any, monkeypatch: Any) -> None:
    """One walk: begin, read, ask the cities, be refused, be approved, publish, read in public."""
    monkeypatch.setattr(making, "pdf", lambda *_: b"%PDF-1.7 made elsewhere")
    clara = sign_in(world.coordinator)
    page = clara.get("/en/work/reporting/reports")
    assert page.status_code == 200
    begun = clara.post("/en/work/reporting/reports", data={"round_id": world.round_id, "language": "en"})
    assert begun.status_code == 303
    here = begun.location
    page = clara.get(here).text
    assert "Commitment 1" in page
    assert "Ask the cities" in page
    assert page.count('name="transition"') == 1, "the form of a step names it once"
    assert clara.get(f"{here}/preview").status_code == 200
    clara.post(f"{here}/chapters", data={"title": "Still empty"})
    sent = clara.post(f"{here}/send")
    assert sent.status_code == 200
    assert "10 texts are sent to review" in sent.text
    assert "1 text was not sent to review" in sent.text
    clara.post(f"{here}/chapters/still-empty/out")
    assert "Send all chapters" not in clara.get(here).text, "there is nothing more to send"
    report = db.session.query(Report).one()
    chapter = next(each for each in report.chapters if each.topic == "c01")
    assert "[[figure c04]]" in clara.get(f"/en/work/reporting/reports/chapters/{chapter.id}").text
    trail = clara.get(f"/en/work/reporting/reports/chapters/{chapter.id}/edit").text
    assert trail.index(f'href="{here}"') < trail.index(f'href="/en/work/reporting/reports/chapters/{chapter.id}"')
    assert '<a href="/en/work/reporting/reports" aria-current="page">' in trail, "the menu shows where one is"

    refused = clara.post(
        f"{here}/move", data={"transition": "ask_cities", "version": report.version, "until": today().isoformat()}
    )
    assert refused.status_code == 422
    assert "still to come" in refused.text
    until = (today() + timedelta(days=14)).isoformat()
    asked = clara.post(f"{here}/move", data={"transition": "ask_cities", "version": report.version, "until": until})
    assert asked.status_code == 303
    page = clara.get(here).text
    assert "Oulu has not answered yet" in page
    assert "Publish the report" not in page
    sent = clara.post(f"{here}/move", data={"transition": "release", "version": report.version})
    assert sent.status_code == 422

    mine = f"{here}/mentions/oulu"
    assert clara.get(mine).status_code == 403
    olli = sign_in(world.officer("oulu"))
    page = olli.get(mine).text
    assert "The council decided" in page
    assert "c01 explanation" in page.lower()
    assert "Gemeinderat" not in page
    row = next(each for each in mentions.mentions_of(report) if "council" in each.excerpt)
    refused = olli.post(mine, data={f"outcome-{row.id}": "objected", f"remark-{row.id}": ""})
    assert refused.status_code == 422
    assert "Say what is wrong" in refused.text
    assert olli.post(mine, data={f"outcome-{row.id}": "objected", f"remark-{row.id}": "Not so."}).status_code == 303
    assert "Not so." in olli.get(mine).text
    assert "council decided" in olli.get("/en/work/reporting/round-5/oulu/used").text
    assert "Reports to read for your city" in olli.get("/en/work").text
    assert olli.get(f"{here}/preview").status_code == 403
    clara = sign_in(world.coordinator)
    assert "Oulu objects to a mention" in clara.get(here).text
    sign_in(world.officer("oulu")).post(mine, data={f"outcome-{row.id}": "approved"})
    clara = sign_in(world.coordinator)

    db.session.expire_all()
    approve_all(report, world.coordinator)
    for slug in ("oulu", "vienna"):
        mentions.approve_all(report, world.city(slug), actor=person(Role.CITY_OFFICER, slug))
    db.session.commit()
    db.session.refresh(report)
    sent = clara.post(f"{here}/move", data={"transition": "release", "version": report.version, "note": "First."})
    assert sent.status_code == 303
    assert "What the public reads" in clara.get(here).text
    client.sign_out()
    for address in ("", f"/{report.slug}", f"/{report.slug}/c01", f"/{report.slug}/editions/1"):
        answer = client.get(f"/en/reports{address}")
        assert answer.status_code == 200, address
    assert "figure-c01" in client.get(f"/en/reports/{report.slug}/c01").text
    assert f"/en/reports/{report.slug}" in client.get(f"/fr/reports/{report.slug}").text, (
        "who reads French is told, and shown the way"
    )
    assert f"/en/reports/{report.slug}/c01" in client.get("/en/cities/oulu/answers/round-5").text, "where the answers are used"
    assert report.slug in client.get("/en/reports").text
    assert "March 2013" in client.get("/en/reports").text
    assert client.get(f"/en/reports/{report.slug}/editions/1/checksums.txt").status_code == 200
    assert client.get(f"/en/reports/{report.slug}/editions/2").status_code == 404
    _everything_at_once(client, report)


def _everything_at_once(client: Any, report: Report) -> None:
    """The archive has every file of the edition, holds against its own checksums, and is the same the next time."""
    address = f"/en/reports/{report.slug}/editions/1.zip"
    assert address in client.get(f"/en/reports/{report.slug}/editions/1").text
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert f'attachment; filename="{report.slug}-1.zip"' in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        found = {name.removeprefix(f"{report.slug}-1/"): archive.read(name) for name in archive.namelist()}
    assert set(found) == {file.name for file in report.editions[0].files}
    sums = dict(reversed(line.split("  ")) for line in found["checksums.txt"].decode().splitlines())
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in found.items() if name != "checksums.txt"}
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(address).data == answer.data
    assert client.get(f"/en/reports/{report.slug}/editions/2.zip").status_code == 404
