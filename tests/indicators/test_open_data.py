"""A release of open data: every format read back by the library of its field, frozen, and catalogued for other portals."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from harness import PortalClient
from indicator_world import coordinator, entry, officer, publish, put
from sqlalchemy import func, select

from icportal.cli.verify import findings
from icportal.core import files
from icportal.core.actors import SYSTEM
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, NotAllowed
from icportal.core.queue import Job, JobState
from icportal.indicators import releases
from icportal.indicators.models import PublishedObservation, Release, ReleaseFile
from icportal.indicators.opendata import edition, jsonstat, sdmx
from icportal.indicators.opendata.dataset import Row, leading
from icportal.indicators.services import releasing

SignIn = Callable[..., PortalClient]
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(1)")


@pytest.fixture
def world(seeded_app: Flask) -> Iterator[Flask]:
    """The filled portal with values of all kinds published."""
    with seeded_app.app_context():
        put(
            "vienna",
            2022,
            {
                "POP01": entry("31.45", code="POP01", note=FORMULAS[0], source="Register, “MA 23”\nsecond line"),
                ("POP01", "sex=f"): entry("-0.5", code="POP01", note=FORMULAS[1], statuses="bpe"),
                ("POP01", "sex=m"): entry(None, code="POP01", missing="not_available", note=FORMULAS[2]),
                ("POP01", "origin=eu_born"): entry(None, code="POP01", missing="not_collected", source=FORMULAS[3]),
                ("POP01", "origin=non_eu_born"): entry("12.5", code="POP01", confidentiality="C", note="hidden words"),
                ("POP02", "", "2022/2023"): entry("40.000001", code="POP02", period_assumed=True),
            },
            actor=officer("vienna"),
        )
        publish("vienna", 2022)
        yield seeded_app
        db.session.rollback()


@pytest.fixture
def release(world: Flask) -> Release:
    return freeze("2026-11")


def freeze(name: str, note: str = "") -> Release:
    releasing.publish_release(name, note, actor=coordinator())
    db.session.commit()
    db.session.expire_all()
    return releases.get_release(name)


def read(release: Release, name: str) -> bytes:
    return files.open_file(releases.get_file(release.name, name).file).read()


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def amounts() -> list[Decimal]:
    """What the database has, in the order of nothing."""
    query = select(PublishedObservation.amount).where(PublishedObservation.amount.is_not(None))
    return sorted(db.session.scalars(query))


def count() -> int:
    return db.session.scalar(select(func.count(PublishedObservation.observation_id))) or 0


# --- every format, read by somebody else's program ---------------------------------------------------------


def test_a_release_has_every_file_and_its_checksums(release: Release) -> None:
    names = [form.name for form in edition.FORMS]
    assert [file.name for file in release.files] == [*names, edition.CHECKSUMS]
    sums = dict(reversed(line.split("  ")) for line in read(release, "checksums.txt").decode().splitlines())
    assert sums == {name: hashlib.sha256(read(release, name)).hexdigest() for name in names}
    assert release.observations == count()
    assert "2026-11" in read(release, "CITATION.cff").decode()


def test_the_table_has_every_published_value(release: Release) -> None:
    rows = table(read(release, "observations.csv"))
    assert tuple(rows[0]) == Row._fields
    assert len(rows) == count()
    assert sorted(Decimal(row["value"]) for row in rows if row["value"] != ":") == amounts()
    ours = {
        row["breakdown"]: row for row in rows if (row["city"], row["indicator"], row["period"]) == ("vienna", "POP01", "2022")
    }
    assert ours["total"]["value"] == "31.45"
    assert ours["total"]["note"] == f"'{FORMULAS[0]}", "a spreadsheet shows the text and calculates nothing"
    assert ours["sex=f"]["value"] == "-0.5", "a number stays one"
    assert ours["total"]["source"] == "Register, “MA 23”\nsecond line"
    assert (ours["sex=f"]["obs_status"], ours["sex=f"]["status"], ours["sex=f"]["sex"]) == ("bep", "b", "f")
    assert (ours["sex=m"]["value"], ours["sex=m"]["missing"]) == (":", "not_available")
    hidden = ours["origin=non_eu_born"]
    assert (hidden["value"], hidden["conf_status"], hidden["note"], hidden["source"]) == (":", "C", "", "")
    assert all(row["country"] == "AT" for row in ours.values())


def test_the_data_package_is_valid(release: Release, tmp_path: Path) -> None:
    import frictionless

    zipfile.ZipFile(io.BytesIO(read(release, "datapackage.zip"))).extractall(tmp_path)
    report = frictionless.validate(tmp_path / "datapackage.json")
    assert report.valid, report.flatten(["type", "note", "rowNumber", "fieldName"])
    package = frictionless.Package(tmp_path / "datapackage.json")
    assert len(package.get_resource("observations").read_rows()) == count()
    descriptor = json.loads((tmp_path / "datapackage.json").read_text())
    assert descriptor["version"] == "2026-11"
    assert descriptor["licenses"][0]["name"] == "CC-BY-4.0"
    for resource in descriptor["resources"]:
        assert resource["hash"] == "sha256:" + hashlib.sha256((tmp_path / resource["path"]).read_bytes()).hexdigest()
    assert (tmp_path / "observations.csv").read_bytes() == read(release, "observations.csv")
    assert read(release, "datapackage.json") == (tmp_path / "datapackage.json").read_bytes()


def test_a_damaged_data_package_would_be_found(release: Release, tmp_path: Path) -> None:
    import frictionless

    zipfile.ZipFile(io.BytesIO(read(release, "datapackage.zip"))).extractall(tmp_path)
    path = tmp_path / "observations.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("31.45", "31,45 %", 1), encoding="utf-8")
    assert not frictionless.validate(tmp_path / "datapackage.json").valid


def test_csv_on_the_web_describes_the_table(release: Release, tmp_path: Path) -> None:
    from csvw import CSVW

    for name in ("observations.csv", "observations.csv-metadata.json"):
        (tmp_path / name).write_bytes(read(release, name))
    found = CSVW(str(tmp_path / "observations.csv-metadata.json"), validate=True)
    assert found.is_valid
    rows = list(found.tables[0].iterdicts())
    assert len(rows) == count()
    assert sorted(row["value"] for row in rows if row["value"] is not None) == amounts()
    titles = json.loads(read(release, "observations.csv-metadata.json"))["tableSchema"]["columns"][0]["titles"]
    assert set(titles) == {"en", "fr", "de", "es", "it", "nl"}


def test_sdmx_reads_the_values(release: Release) -> None:
    from pysdmx.io import read_sdmx

    data = read_sdmx(io.BytesIO(read(release, "sdmx.csv")), validate=False).data[0].data
    assert len(data) == count()
    known = sorted(Decimal(str(value)) for value in data["OBS_VALUE"] if str(value) not in {"", "nan", "None"})
    assert known == amounts()
    raw = table(read(release, "sdmx.csv"))
    assert {row["STRUCTURE_ID"] for row in raw} == {"ICPORTAL:DF_INDICATORS(1.0)"}
    ours = {
        (row["ORIGIN"], row["SEX"]): row
        for row in raw
        if (row["CITY"], row["INDICATOR"]) == ("vienna", "POP01") and row["TIME_PERIOD"] == "2022"
    }
    assert ours["_T", "_T"]["OBS_STATUS"] == "A"
    assert ours["_T", "F"]["OBS_STATUS"] == "B"
    assert ours["_T", "M"]["OBS_STATUS"] == "O"
    assert ours["EU_BORN", "_T"]["OBS_STATUS"] == "L"
    assert (ours["NON_EU_BORN", "_T"]["OBS_STATUS"], ours["NON_EU_BORN", "_T"]["CONF_STATUS"]) == ("Q", "C")
    assert not any(formula in read(release, "sdmx.csv").decode() for formula in FORMULAS[:2]), "free text stays out"


def test_sdmx_writes_codes_its_identifiers_allow() -> None:
    assert sdmx.code_of("age", "65+") == "Y_GE65"
    assert sdmx.code_of("isced", "0-2") == "ED0-2"
    assert sdmx.code_of("sex", "") == "_T"
    assert sdmx.time_period("2020/2021") == "2020-01-01/P2Y"
    assert sdmx.time_period("2014-06") == "2014-06"


@pytest.mark.parametrize(("statuses", "letter"), [("", ""), ("p", "p"), ("bp", "b"), ("de", "d"), ("mu", "m")])
def test_of_several_flags_the_one_that_matters_most_leads(statuses: str, letter: str) -> None:
    assert leading(statuses) == letter


@pytest.mark.parametrize("most", [0, 100_000])
def test_json_stat_reads_the_numbers(world: Flask, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyjstat import pyjstat

    monkeypatch.setattr(jsonstat, "MOST_CELLS", most)
    release = freeze("2026-11")
    text = read(release, "json-stat.json").decode()
    frame = pyjstat.Dataset.read(text).write("dataframe", naming="id") if most else None
    body = json.loads(text)
    if most:
        assert frame is not None
        values = frame.set_index(["city", "series", "period"])["value"]
        assert values["vienna", "POP01", "2022"] == 31.45
        assert sorted(values.dropna()) == [float(amount) for amount in amounts()]
    else:
        assert sorted(body["value"].values()) == [float(amount) for amount in amounts()]
    assert body["version"] == "2.0"
    assert ":C" in body["status"].values()


def test_the_workbook_has_text_as_text(release: Release) -> None:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(read(release, "observations.xlsx")))
    assert book.sheetnames == ["data", "codebook", "about"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"], "a cell is a formula"
    assert {cell.value for cell in cells} >= set(FORMULAS), "the words themselves are all there"
    header, *rows = book["data"].iter_rows(values_only=True)
    assert header == Row._fields
    assert len(rows) == count()
    place = header.index("value")
    assert sorted(row[place] for row in rows if row[place] is not None) == [float(amount) for amount in amounts()]


def test_the_codebook_explains_every_code_of_the_table(release: Release) -> None:
    book = json.loads(read(release, "codebook.json"))
    assert book["languages"] == ["en", "fr", "de", "es", "it", "nl"]
    rows = table(read(release, "observations.csv"))
    for column, codes in book["lists"]["en"].items():
        used = {row[column] for row in rows if row.get(column)}
        assert column == "obs_status" or used <= set(codes), column
    assert set(rows[0]) == set(book["columns"]["de"])
    assert {row["indicator"] for row in rows} <= {each["code"] for each in book["indicators"]}
    pop = next(each for each in book["indicators"] if each["code"] == "POP01")
    assert pop["words"]["en"]["definition"]
    assert pop["versions"][0]["number"] == 1
    flat = table(read(release, "codebook.csv"))
    assert {"list", "code", "en", "fr", "de", "es", "it", "nl"} == set(flat[0])


# --- frozen ------------------------------------------------------------------------------------------------


def test_a_release_stays_what_it_was(release: Release, client: PortalClient) -> None:
    before = {file.name: client.get(f"/en/data/releases/2026-11/{file.name}").data for file in release.files}
    put("vienna", 2022, {"POP01": entry("99.9", code="POP01")}, actor=officer("vienna"))
    publish("vienna", 2022)
    later = freeze("2026-11.2", "One value was mended.")
    after = {name: client.get(f"/en/data/releases/2026-11/{name}").data for name in before}
    assert after == before
    assert b"99.9" in read(later, "observations.csv")
    assert b"99.9" not in after["observations.csv"]
    page = client.get("/en/data/releases/2026-11")
    assert "There is a newer release: 2026-11.2" in page.text
    assert "newer release" not in client.get("/en/data/releases/2026-11.2").text
    assert not findings()


def test_nothing_changes_or_deletes_a_frozen_release(release: Release) -> None:
    release.note = "Another one"
    with pytest.raises(InvalidTransition):
        db.session.flush()
    db.session.rollback()
    db.session.delete(db.session.scalars(select(ReleaseFile)).first())
    with pytest.raises(InvalidTransition):
        db.session.flush()
    db.session.rollback()
    db.session.delete(db.session.scalars(select(Release)).one())
    with pytest.raises(InvalidTransition):
        db.session.flush()


def test_the_files_of_a_release_are_never_cleared_away(release: Release) -> None:
    from datetime import timedelta

    files.purge_orphans(older_than=timedelta(0))
    assert read(release, "observations.csv")


@pytest.mark.parametrize("what", ["note", "sha256", "blob"])
def test_verify_sees_a_release_that_was_changed(release: Release, world: Flask, what: str) -> None:
    from sqlalchemy import update

    assert not findings()
    if what == "note":
        db.session.execute(update(Release).values(note="forged"))
    elif what == "sha256":
        db.session.execute(update(ReleaseFile).where(ReleaseFile.name == "sdmx.csv").values(sha256="0" * 64))
    else:
        digest = next(file.sha256 for file in release.files if file.name == "sdmx.csv")
        (world.config["SETTINGS"].instance / "files" / digest[:2] / digest).write_bytes(b"forged")
    assert findings()


def test_a_release_is_made_once_whatever_happens_to_the_worker(release: Release) -> None:
    job = db.session.get_one(Job, release.job_id)
    assert job.state == JobState.DONE
    digest, number = release.sha256, len(release.files)
    assert releasing.build_release(job, release_id=release.id) == {"files": number}
    db.session.commit()
    assert (releases.get_release("2026-11").sha256, len(releases.get_release("2026-11").files)) == (digest, number)


def test_a_filled_demonstration_begins_with_a_release(world: Flask) -> None:
    with pytest.raises(NotAllowed):
        releasing.begin_releases("", actor=officer("vienna"))
    first = releasing.begin_releases("The first.", actor=SYSTEM)
    assert first is not None
    db.session.commit()
    assert releases.get_release(first.name).observations == count()
    assert releasing.begin_releases("Not again.", actor=SYSTEM) is None


# --- who, and what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["november", "2026-13", "2026-11.1.1", "../etc", "2026"])
def test_a_release_is_named_by_its_month(world: Flask, name: str) -> None:
    with pytest.raises(DomainError) as refused:
        releasing.publish_release(name, "", actor=coordinator())
    assert refused.value.problems[0][0] == "name"


def test_a_name_is_given_once(release: Release) -> None:
    with pytest.raises(DomainError):
        releasing.publish_release("2026-11", "", actor=coordinator())


def test_nothing_public_gives_no_release(world: Flask) -> None:
    db.session.execute(PublishedObservation.__table__.delete())
    with pytest.raises(DomainError):
        releasing.publish_release("2026-11", "", actor=coordinator())


def test_an_officer_publishes_no_release(world: Flask) -> None:
    with pytest.raises(NotAllowed):
        releasing.publish_release("2026-11", "", actor=officer("vienna"))


def test_the_coordinator_publishes_a_release_on_a_page(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    sign_in("coordinator")
    page = client.get("/en/work/indicators/releases")
    assert "What it would contain now" in page.text
    refused = client.post("/en/work/indicators/releases", data={"name": "spring", "note": "My careful words"})
    assert refused.status_code == 422
    assert "My careful words" in refused.text
    assert client.post("/en/work/indicators/releases", data={"name": "2026-11", "note": "The first"}).status_code == 303
    assert "Frozen" in client.get("/en/work/indicators/releases").text
    told = client.get("/en/work/indicators/releases/2026-11/progress").get_json()
    assert told["running"] is False
    db.session.rollback()
    found = releases.contents()
    assert (found.added, found.changed, found.removed) == (0, 0, 0)
    put("vienna", 2022, {"POP01": entry("99.9", code="POP01"), "POP03": entry("3", code="POP03")}, actor=officer("vienna"))
    publish("vienna", 2022)
    found = releases.contents()
    assert (found.added, found.changed, found.removed) == (1, 1, 0)


# --- pages and addresses -----------------------------------------------------------------------------------


def test_without_a_release_the_page_says_so(seeded_app: Flask, client: PortalClient) -> None:
    page = client.get("/en/data")
    assert page.status_code == 200
    assert "There is no release yet." in page.text


def test_the_page_shows_the_newest_release(release: Release, client: PortalClient) -> None:
    page = client.get("/en/data")
    for words in ("Newest release: 2026-11", "observations.xlsx", "CC BY 4.0", "What is withheld", "break in the series"):
        assert words in page.text
    assert "How to cite it" in client.get("/en/data/releases/2026-11").text
    assert client.get("/de/data").status_code == 200


def test_files_are_for_every_program_and_for_ever(release: Release, client: PortalClient) -> None:
    for file in release.files:
        answer = client.get(f"/en/data/releases/2026-11/{file.name}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == file.media_type
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "immutable" in answer.headers["Cache-Control"]
        assert file.name in answer.headers["Content-Disposition"]
        assert hashlib.sha256(answer.data).hexdigest() == file.sha256
    again = client.get(
        "/en/data/releases/2026-11/sdmx.csv",
        headers={"If-None-Match": client.get("/en/data/releases/2026-11/sdmx.csv").headers["ETag"]},
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "data/releases/2026-12",
        "data/releases/2026-11/passwords.txt",
        "data/releases/nothing/observations.csv",
        "data/catalogue.xml",
    ],
)
def test_what_is_not_there_is_not_there(release: Release, client: PortalClient, path: str) -> None:
    assert client.get(f"/en/{path}").status_code == 404


SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix ex: <urn:shape:> .
ex:Catalog a sh:NodeShape ; sh:targetClass dcat:Catalog ;
  sh:property [ sh:path dct:title ; sh:minCount 6 ; sh:datatype rdf:langString ; sh:uniqueLang true ],
    [ sh:path dct:description ; sh:minCount 6 ; sh:uniqueLang true ],
    [ sh:path dct:publisher ; sh:minCount 1 ; sh:maxCount 1 ; sh:class foaf:Agent ],
    [ sh:path dcat:dataset ; sh:minCount 1 ] .
ex:Dataset a sh:NodeShape ; sh:targetClass dcat:Dataset ;
  sh:property [ sh:path dct:title ; sh:minCount 6 ; sh:uniqueLang true ], [ sh:path dct:description ; sh:minCount 6 ],
    [ sh:path dcat:theme ; sh:hasValue <http://publications.europa.eu/resource/authority/data-theme/SOCI> ],
    [ sh:path dct:accrualPeriodicity ; sh:hasValue <http://publications.europa.eu/resource/authority/frequency/BIENNIAL> ],
    [ sh:path dcat:contactPoint ; sh:minCount 1 ], [ sh:path dcat:inSeries ; sh:class dcat:DatasetSeries ; sh:minCount 1 ],
    [ sh:path dcat:distribution ; sh:minCount 1 ; sh:class dcat:Distribution ] .
ex:Distribution a sh:NodeShape ; sh:targetClass dcat:Distribution ;
  sh:property [ sh:path dcat:accessURL ; sh:minCount 1 ; sh:nodeKind sh:IRI ],
    [ sh:path dct:license ; sh:hasValue <http://publications.europa.eu/resource/authority/licence/CC_BY_4_0> ],
    [ sh:path dct:format ; sh:minCount 1 ; sh:pattern "authority/file-type/" ],
    [ sh:path dcat:mediaType ; sh:minCount 1 ; sh:maxCount 1 ], [ sh:path dcat:byteSize ; sh:minCount 1 ; sh:maxCount 1 ],
    [ sh:path ( spdx:checksum spdx:checksumValue ) ; sh:minCount 1 ] .
"""


@pytest.mark.parametrize(("syntax", "form"), [("ttl", "turtle"), ("jsonld", "json-ld")])
def test_the_catalogue_is_what_harvesters_expect(release: Release, client: PortalClient, syntax: str, form: str) -> None:
    import rdflib
    from pyshacl import validate

    freeze("2026-11.2")
    answer = client.get(f"/en/data/catalogue.{syntax}")
    graph = rdflib.Graph().parse(data=answer.data, format=form)
    shapes = rdflib.Graph().parse(data=SHAPES, format="turtle")
    fine, _report, words = validate(graph, shacl_graph=shapes)
    assert fine, words
    dcat: Any = rdflib.Namespace("http://www.w3.org/ns/dcat#")
    assert len(list(graph.subjects(rdflib.RDF.type, dcat.Dataset))) == 2
    assert len(list(graph.subjects(rdflib.RDF.type, dcat.Distribution))) == 2 * edition.NUMBER
    sizes = {int(size) for size in graph.objects(None, dcat.byteSize)}
    assert {file.size for file in release.files} <= sizes
