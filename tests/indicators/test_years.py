"""Years nobody can deliver for, in addresses and filters: an answer in words, whatever the database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from harness import PortalClient

pytestmark = pytest.mark.usefixtures("seeded_app")
SignIn = Callable[..., PortalClient]
PAGES = ("", "/type-in", "/review", "/upload", "/merge", "/values/pop01")


@pytest.mark.databases
@pytest.mark.parametrize("year", [0, 99_999, 2**31 - 1])
def test_a_year_out_of_reach_is_not_found(sign_in: SignIn, year: int) -> None:
    client = sign_in("officer.vienna@demo.example")
    found = {page: client.get(f"/en/work/indicators/vienna/{year}{page}").status_code for page in PAGES}
    assert found == dict.fromkeys(PAGES, 404)


@pytest.mark.databases
def test_filters_for_a_year_out_of_reach_find_nothing(sign_in: SignIn) -> None:
    client = sign_in("coordinator@demo.example")
    for path in ("work/indicators?year=99999", "indicators/pop01?year=99999", "indicators/pop01/figure.csv?year=99999"):
        assert client.get(f"/en/{path}").status_code == 200, path
    assert client.get("/en/work/indicators/vienna/departments?year=99999").status_code == 200
    assert client.get("/en/work/indicators/network/workbook.xlsx?year=99999&language=en").status_code in {200, 422}
    # Nobody delivered for it; a workbook of such a year asks for values all the same.
    assert client.get("/en/work/indicators/vienna/9999/workbook.xlsx").status_code in {200, 404, 422}
    assert client.get("/en/work/indicators/vienna/2014/values/pop01?period=99999").status_code == 404
