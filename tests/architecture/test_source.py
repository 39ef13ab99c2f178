"""Rules of the source that no linter knows: where strings, states, transactions and requests may be touched."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from icportal.config import ROOT

PACKAGE = ROOT / "icportal"
MODULES = sorted(PACKAGE.rglob("*.py"))
MARKERS = {"_", "_l", "_n", "_p", "_lp", "_ln"}
#: How many of a marker's first arguments are message texts (and a context).
TEXTS = {"_": 1, "_l": 1, "_n": 2, "_p": 2, "_lp": 2, "_ln": 2}
LONGEST_MODULE = 500
#: Long by the nature of what they hold: the whole way of a text in one place, read from top to bottom.
LONGER = {"icportal/core/outbox.py": 520}
LONGEST_VIEW = 25
#: What a view calls to put a page together, mostly one call with a name on each line.
LONGEST_PART = 35

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_service(path: Path) -> bool:
    return path.name == "services.py" or path.parent.name == "services"


def is_view(path: Path) -> bool:
    return path.name == "views.py" or path.parent.name == "views"


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""


# Strings


def faults_of_marked(source: ast.Module) -> Iterator[tuple[int, str]]:
    """Calls of a marker whose text is not literal, or whose placeholders are not named and given."""
    own = {node.name for node in ast.walk(source) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(source):
        if not isinstance(node, ast.Call) or called(node) not in MARKERS - own or not isinstance(node.func, ast.Name):
            continue
        texts = node.args[: TEXTS[called(node)]]
        literal = [text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str)]
        if len(literal) < len(texts) or not texts:
            yield node.lineno, "the text is not literal"
            continue
        wanted = {found for text in literal for found in re.findall(r"%\((\w+)\)[sd]", text)}
        if any(re.search(r"(?<!%)%(?![%(])|\{\w*\}", text.replace("%%", "")) for text in literal):
            yield node.lineno, "a placeholder has no name"
        given = {keyword.arg for keyword in node.keywords}
        extra = {"num"} if called(node) in {"_n", "_ln"} else set()
        if None not in given and wanted - given - extra and given:
            yield node.lineno, f"{', '.join(sorted(wanted - given - extra))} is not given"
        if given - wanted - {None}:
            yield node.lineno, f"{', '.join(sorted(map(str, given - wanted)))} is given and not used"


@pytest.mark.parametrize(
    "bad",
    ['_(f"Hello {name}")', '_("Hello %s" % name)', '_("Hello {}".format(name))', '_("Hello %s")', '_("Hello {name}")', "_(text)",
     '_("%(a)s and %(b)s", a=1)', '_("Hello", name=1)'],
)  # fmt: skip
def test_the_rule_for_strings_finds(bad: str) -> None:
    assert list(faults_of_marked(ast.parse(bad)))


def test_marked_strings_are_literal_with_named_placeholders() -> None:
    # The one hands messages on, the other those of the form library.
    passing = {"icportal/core/strings.py", "icportal/web/forms.py"}
    found = [
        f"{name(path)}:{line}: {fault}"
        for path in MODULES
        if name(path) not in passing
        for line, fault in faults_of_marked(tree(path))
    ]
    assert found == []


def test_only_core_strings_imports_gettext() -> None:
    found = [
        f"{name(path)}:{line}: {module}"
        for path in MODULES
        if path != PACKAGE / "core" / "strings.py"
        for line, module in imported(path)
        if module.split(".")[0] in {"gettext", "flask_babel"} and "gettext" in module.split(".")[-1]
    ]
    assert found == []


# States, transactions, requests


def test_states_of_workflows_are_written_by_the_engine_only() -> None:
    """Mail, jobs and imports have states of their own, which are no workflow's."""
    imports = "icportal/indicators/services/batches.py"
    allowed = {"icportal/workflow/engine.py", "icportal/core/outbox.py", "icportal/core/queue.py", imports}
    found = []
    for path in MODULES:
        if name(path) in allowed:
            continue
        for node in ast.walk(tree(path)):
            targets = (
                node.targets
                if isinstance(node, ast.Assign)
                else [node.target]
                if isinstance(node, (ast.AugAssign, ast.AnnAssign))
                else []
            )
            found += [
                f"{name(path)}:{node.lineno}"
                for target in targets
                if isinstance(target, ast.Attribute) and target.attr in {"state", "state_since"}
            ]
            if (
                isinstance(node, ast.Call)
                and called(node) == "setattr"
                and any(isinstance(argument, ast.Constant) and argument.value == "state" for argument in node.args)
            ):
                found.append(f"{name(path)}:{node.lineno}")
            if (
                isinstance(node, ast.Call)
                and called(node) == "values"
                and any(keyword.arg == "state" for keyword in node.keywords)
            ):
                found.append(f"{name(path)}:{node.lineno}")
    assert found == []


def test_services_leave_the_commit_to_the_request() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in MODULES
        if is_service(path) or is_view(path)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert found == []


def test_services_know_nothing_of_requests() -> None:
    below = ("flask", "flask_login", "flask_wtf", "wtforms", "werkzeug")
    found = [
        f"{name(path)}:{line}: {module}"
        for path in MODULES
        if is_service(path) or path.name in {"queries.py", "rules.py", "flow.py", "enums.py", "notifications.py"}
        for line, module in imported(path)
        if module.split(".")[0] in below
    ]
    assert found == []


def test_views_build_no_sql() -> None:
    found = [
        f"{name(path)}:{line}: {module}"
        for path in MODULES
        if is_view(path)
        for line, module in imported(path)
        if module.split(".")[0] == "sqlalchemy" or module.startswith("icportal.core.db")
    ]
    assert found == []


def offered(path: Path) -> set[str]:
    """What a service module offers to views: everything public, or what its package passes on."""
    package = path.parent / "__init__.py"
    if path.name == "services.py":
        return {function.name for function in functions(path) if not function.name.startswith("_")}
    return {alias.name for node in ast.walk(tree(package)) if isinstance(node, ast.ImportFrom) for alias in node.names}


def test_services_take_their_actor_by_name() -> None:
    """A public function of a service that writes takes ``actor`` as a keyword: nobody is taken for somebody else by position."""
    found = [
        f"{name(path)}:{function.lineno}: {function.name}"
        for path in MODULES
        if is_service(path)
        for function in functions(path)
        if function.name in offered(path) and "actor" in [argument.arg for argument in function.args.args]
    ]
    assert found == []


# Sizes


def test_modules_stay_short() -> None:
    found = [
        f"{name(path)}: {length} lines"
        for path in MODULES
        if (length := path.read_text(encoding="utf-8").count("\n")) > LONGER.get(name(path), LONGEST_MODULE)
    ]
    assert found == []


def body_lines(function: Function) -> int:
    statements = function.body
    if isinstance(statements[0], ast.Expr) and isinstance(statements[0].value, ast.Constant):
        statements = statements[1:]
    return (statements[-1].end_lineno or 0) - statements[0].lineno + 1 if statements else 0


def is_routed(function: Function) -> bool:
    return any(
        isinstance(decorator, ast.Call) and called(decorator) in {"get", "post", "route"} for decorator in function.decorator_list
    )


def test_views_stay_short() -> None:
    found = [
        f"{name(path)}:{function.lineno}: {function.name} has {length} lines"
        for path in MODULES
        if is_view(path)
        for function in functions(path)
        if (length := body_lines(function)) > (LONGEST_VIEW if is_routed(function) else LONGEST_PART)
    ]
    assert found == []


# Imports inside functions


def test_an_import_inside_a_function_says_why() -> None:
    """Commands import late, so that `--help` answers at once; the rest needs a comment on the line or above it."""
    found = []
    for path in MODULES:
        if path.parent.name == "cli":
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        for function in functions(path):
            for node in ast.walk(function):
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    here, above = lines[node.lineno - 1], lines[node.lineno - 2].strip()
                    if "#" not in here and not above.startswith("#"):
                        found.append(f"{name(path)}:{node.lineno}")
    assert sorted(set(found)) == []


def test_no_catch_all_modules() -> None:
    assert [name(path) for path in MODULES if path.stem in {"utils", "helpers", "common", "misc"}] == []
