"""The linter of the test client finds what it is there to find."""

import pytest
from harness import faults_of_page

GOOD = (
    '<!doctype html><html lang="en" dir="ltr"><head><title>Cities</title></head><body><h1>Cities</h1>'
    '<form action="/en/cities"><label for="q">Search</label><input id="q" name="q"></form><p id="end">None.</p></body></html>'
)


def test_nothing_is_found_on_a_good_page():
    assert faults_of_page(GOOD) == []


@pytest.mark.parametrize(
    ("was", "is_now", "fault"),
    [
        ("<!doctype html>", "", "the page has no doctype"),
        ("<title>Cities</title>", "<title> </title>", "the title is empty"),
        ("<h1>Cities</h1>", "<h1>Cities</h1><h1>Again</h1>", "2 h1 instead of one"),
        ("<h1>Cities</h1>", "<h1>Cities</h1><h3>Deep</h3>", "h3 follows h1"),
        (' dir="ltr"', "", "html has no dir"),
        (' lang="en"', "", "html has no lang"),
        ('id="end"', 'id="q"', "the id q occurs 2 times"),
        ('id="end"', 'style="color: red"', "<p> carries a style"),
        ('id="end"', 'onclick="go()"', "<p> carries onclick"),
        ('id="end"', 'aria-describedby="gone"', "aria-describedby refers to the missing id gone"),
        (' action="/en/cities"', "", "a form has no action"),
        ('<label for="q">Search</label>', "", "nothing labels the field q"),
        ("None.", "<script>go()</script>", "a script has no valid nonce"),
        ("None.", '<img src="/a.png">', "a picture has no alt"),
        ("None.", '<img alt="" src="https://example.org/a.png">', "<img> loads https://example.org/a.png"),
        ("None.", "<b>bold", "<b> is not closed before </p>"),
        ("None.", "%(city)s", "the text shows '%(city)s'"),
    ],
)
def test_each_fault_is_found(was, is_now, fault):
    assert faults_of_page(GOOD.replace(was, is_now)) == [fault]
