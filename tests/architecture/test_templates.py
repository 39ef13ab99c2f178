"""Templates compile, use what they import, find what they name, and keep to the content security policy."""

from __future__ import annotations

import ast
import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from jinja2 import meta, nodes
from jinja2.loaders import split_template_path

from icportal.config import ROOT

PACKAGE = ROOT / "icportal"
TEMPLATES = sorted(PACKAGE.glob("**/templates/**/*.*"))


@cache
def checker() -> ModuleType:
    """The project's own checker of templates, as `make check` runs it."""
    specification = importlib.util.spec_from_file_location("templates_checker", ROOT / "tools" / "templates.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def short(path: Path) -> str:
    return str(path).partition("/templates/")[2]


def test_there_are_templates() -> None:
    assert len(TEMPLATES) > 30


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_a_template_is_sound(portal: Flask, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    with portal.app_context():
        source = portal.jinja_env.parse(text)
        portal.jinja_env.get_template(short(path))
        missing = []
        for named in meta.find_referenced_templates(source):
            if named is not None:
                try:
                    portal.jinja_env.get_template(named)
                except Exception as error:  # noqa: BLE001  whatever is wrong with it, it is named
                    missing.append(f"{named}: {error}")
        assert missing == []
        assert missing_macros(portal, source) == []
    assert checker().unused(source) == []
    if path.suffix == ".html":
        assert checker().broken_rules(text) == []


def missing_macros(portal: Flask, source: nodes.Template) -> list[str]:
    """Names that are imported from a template which does not have them."""
    found = []
    for node in source.find_all(nodes.FromImport):
        if not isinstance(node.template, nodes.Const):
            continue
        assert portal.jinja_env.loader is not None
        text, _path, _fresh = portal.jinja_env.loader.get_source(portal.jinja_env, node.template.value)
        own = portal.jinja_env.parse(text)
        defined = {macro.name for macro in own.find_all(nodes.Macro)}
        defined |= {
            target.name for assign in own.find_all(nodes.Assign) for target in [assign.target] if isinstance(target, nodes.Name)
        }
        wanted = [name if isinstance(name, str) else name[0] for name in node.names]
        found += [f"{node.template.value} has no {name}" for name in wanted if name not in defined]
    return found


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('<p style="color: red">', "style attribute"),
        ('<a onclick="go()">', "event handler"),
        ("<script>go()</script>", "script without"),
        ("{{ text|safe }}", "filter safe"),
        ('<script src="https://elsewhere.example/x.js"></script>', "third party"),
    ],
)
def test_the_checker_finds(text: str, sentence: str) -> None:
    assert any(sentence in found for _line, found in checker().broken_rules(text))


def rendered() -> set[str]:
    """Every template the code names: what it renders, and every text that begins with a folder of templates."""
    folders = tuple({f"{short(path).partition('/')[0]}/" for path in TEMPLATES if "/" in short(path)})
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            # Parts of office files end like templates and lie in folders of their own.
            if (
                isinstance(node, ast.Constant)
                and is_name(node.value)
                and ("/" not in node.value or node.value.startswith(folders))
            ):
                found.add(node.value)
            if isinstance(node, ast.Call) and node.args and getattr(node.func, "id", "") == "render_template":
                found |= {each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant) and is_name(each.value)}
    return found


def is_name(value: object) -> bool:
    return isinstance(value, str) and value.endswith((".html", ".txt", ".xml", ".css"))


def test_what_a_view_renders_is_there(portal: Flask) -> None:
    names = {short(path) for path in TEMPLATES}
    assert [name for name in rendered() if "/" in name and "{" not in name and name not in names] == []


def test_no_template_is_left_over(portal: Flask) -> None:
    """Each is rendered, extended, included or imported by somebody."""
    used = rendered()
    for path in TEMPLATES:
        used |= {
            name for name in meta.find_referenced_templates(portal.jinja_env.parse(path.read_text(encoding="utf-8"))) if name
        }
    by_rule = ("errors/", "core/mail/", "mail/")
    left = [
        short(path)
        for path in TEMPLATES
        if short(path) not in used and "/mail/" not in short(path) and not short(path).startswith(by_rule)
    ]
    assert left == []


def test_every_mail_is_text_and_page() -> None:
    mails = {(path.parent, path.stem): set() for path in TEMPLATES if path.parent.name == "mail"}
    for path in TEMPLATES:
        if path.parent.name == "mail":
            mails[path.parent, path.stem].add(path.suffix)
    assert {f"{parent.name}/{stem}": kinds for (parent, stem), kinds in mails.items() if kinds != {".txt", ".html"}} == {}
    assert mails


def test_every_mail_that_is_queued_has_its_templates() -> None:
    """Names that stand in the calls; those built of a variable are checked by the tests of their domain."""
    names = {short(path) for path in TEMPLATES}
    found = []
    for path in PACKAGE.rglob("notifications.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    if keyword.arg == "template" and isinstance(keyword.value, ast.Constant):
                        domain, _slash, name = str(keyword.value.value).partition("/")
                        found += [
                            f"{domain}/mail/{name}{kind}"
                            for kind in (".txt", ".html")
                            if f"{domain}/mail/{name}{kind}" not in names
                        ]
    assert found == []


def test_template_paths_are_plain() -> None:
    assert [short(path) for path in TEMPLATES if "/".join(split_template_path(short(path))) != short(path)] == []
