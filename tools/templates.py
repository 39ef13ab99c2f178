"""Check the templates: they parse, import nothing unused, and keep to the rules of the content security policy."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes

ROOT = Path(__file__).resolve().parent.parent
RULES = (
    (re.compile(r"<[^>{}%]*\sstyle\s*="), "a style attribute: use a class"),
    (re.compile(r"<style\b"), "a style element: use the stylesheet"),
    (re.compile(r"<[^>{}%]*\son[a-z]+\s*="), "an event handler in the markup: use a module"),
    (re.compile(r"<script(?![^>]*\b(?:src|nonce)=)"), "a script without address or nonce"),
    (re.compile(r"(?:src|href)=\"https?://(?!\{)[^\"]+\.(?:js|css|woff2?|png|jpe?g|svg)\""), "a file of a third party"),
    (re.compile(r"\|\s*safe\b"), "the filter safe: give the template Markup that was sanitised"),
    (re.compile(r"<[^>]*\b(?:margin|padding)-(?:left|right)\b"), "a physical direction: use start and end"),
    (re.compile(r"<img(?![^>]*\balt=)"), "a picture without alternative text"),
    (re.compile(r"<form(?![^>]*\baction=)"), "a form without action"),
)
LONGEST = 200


def main() -> int:
    """Print each fault as file:line: sentence."""
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
    faults = []
    files = sorted((ROOT / "icportal").glob("**/templates/**/*.*"))
    for path in files:
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT)
        try:
            tree = environment.parse(text)
        except TemplateSyntaxError as error:
            faults.append(f"{name}:{error.lineno}: {error.message}")
            continue
        faults += [f"{name}:{line}: {imported} is imported and not used" for imported, line in unused(tree)]
        if path.suffix == ".html":
            faults += [f"{name}:{line}: {sentence}" for line, sentence in broken_rules(text)]
            if text.count("\n") > LONGEST:
                faults.append(f"{name}:{LONGEST}: longer than {LONGEST} lines: take a component out")
    print("\n".join(faults) or f"Templates: {len(files)} files, nothing found.")
    return 1 if faults else 0


def broken_rules(text: str) -> list[tuple[int, str]]:
    bare = re.sub(r"\{#.*?#\}", lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)
    return [(bare.count("\n", 0, found.start()) + 1, sentence) for rule, sentence in RULES for found in rule.finditer(bare)]


def unused(tree: nodes.Template) -> list[tuple[str, int]]:
    read = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "load"}
    imported = [(node.target, node.lineno) for node in tree.find_all(nodes.Import)]
    for node in tree.find_all(nodes.FromImport):
        imported += [(name if isinstance(name, str) else name[1], node.lineno) for name in node.names]
    return [(name, line) for name, line in imported if name not in read]


if __name__ == "__main__":
    sys.exit(main())
