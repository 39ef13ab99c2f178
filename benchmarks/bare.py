"""What the portal is compared with: a Jinja template of the same page, and nothing of a portal.

The same rows by the same one query through SQLAlchemy, the same menus, choices, texts and pictures written by plain
loops, and what is still missing in bytes as a comment. No session, no sign-in, no languages, no headers, no links
that are looked up. ``/hello`` answers a word. Run under the same server as the portal, on the same database.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, abort, request
from sqlalchemy import JSON, create_engine, event, text

#: Bytes to add to a page, so that it weighs what the portal's weighs.
PADDING = "x" * int(os.environ.get("BARE_PADDING", "0"))

ROWS = """
SELECT p.title, p.summary, p.slug, p.language, p.source_language, p.facts, p.published_at
FROM content_posting t
JOIN content_shelf s ON s.item_id = t.item_id AND s.language = :language
JOIN content_projection p ON p.language_version_id = s.language_version_id
WHERE t.kind = 'practice' AND t.term = :term {more}
ORDER BY t.rank, t.item_id LIMIT 20
"""
ALSO = "AND EXISTS (SELECT 1 FROM content_posting a WHERE a.kind = 'practice' AND a.term = :also{n} AND a.item_id = t.item_id)"
ONE = text(
    "SELECT title, summary, html, facts, published_at FROM content_projection WHERE slug = :slug AND language = :language"
).columns(html=JSON, facts=JSON)
FACETS = "SELECT term, count(*) FROM content_posting WHERE kind = 'practice' AND term >= :low AND term < :high GROUP BY term"

MENU = [("Cities", "/en/cities"), ("Charter", "/en/charter"), ("Signatories", "/en/signatories"), ("Practices", "/en/practices")]
FOOT = [("Accessibility", "/en/accessibility"), ("Privacy", "/en/privacy"), ("Imprint", "/en/imprint")]
LANGUAGES = [
    ("en", "English"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("it", "Italiano"),
    ("nl", "Nederlands"),
]

HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>
<link rel="stylesheet" href="/static/portal.css"></head><body><header><a href="/en/"><svg viewBox="0 0 164 14">
{% for n in range(11) %}<rect x="{{ n * 15 }}" y="0" width="12" height="14" rx="1"/>
{% endfor %}</svg>Integrating Cities</a>
<ul>{% for code, name in languages %}<li><a href="/{{ code }}/practices" lang="{{ code }}" hreflang="{{ code }}">{{ name }}</a></li>
{% endfor %}</ul><nav><ul>{% for label, url in menu %}<li><a href="{{ url }}">{{ label }}</a></li>
{% endfor %}</ul></nav></header><main><h1>{{ title }}</h1>
"""
END = """</main><footer><ul>{% for label, url in foot %}<li><a href="{{ url }}">{{ label }}</a></li>
{% endfor %}</ul></footer><!--{{ padding }}--></body></html>"""
LIST = (
    HEAD
    + """<form><input name="q" value="{{ words }}">{% for name, options in facets.items() %}<label for="{{ name }}">{{ name }}</label>
<select id="{{ name }}" name="{{ name }}"><option value="">any</option>{% for value, count in options %}
<option value="{{ value }}"{% if value in words %} selected{% endif %}>{{ value }} ({{ count }})</option>{% endfor %}</select>
{% endfor %}<button>Search</button></form><ol>
{% for row in rows %}<li><p class="title"><a href="/en/practices/{{ row.slug }}">{{ row.title }}</a></p>
<p>{{ row.summary|truncate(220) }}</p>
<p class="meta">{{ row.facts.city_name }}, {{ row.facts.country }}, {{ row.facts.themes|join(", ") }}</p>
<svg role="img" viewBox="0 0 225 16" width="88" height="16"><title>Serves commitments: {{ row.facts.commitments|join(", ") }}</title>
{% for n in range(1, 12) %}<g class="a{{ n % 4 }}"><rect class="{{ "full" if n in row.facts.commitments else "line" }}" x="{{ n * 20 }}"
 y="0" width="16" height="16" rx="1"/></g>{% endfor %}</svg></li>
{% endfor %}</ol>"""
    + END
)
DETAIL = (
    HEAD
    + """<p>{{ row.summary }}</p>
{% for name, html in row.html.items() %}<section><h2 id="{{ name }}">{{ name }}</h2><div class="prose">{{ html|safe }}</div></section>
{% endfor %}<ol>{% for n in range(1, 12) %}<li><a href="/en/charter/{{ n }}" title="Commitment {{ n }}"><svg viewBox="0 0 44 56"><rect
 class="{{ "full" if n in row.facts.commitments else "line" }}" x="0" y="0" width="44" height="56" rx="1"/></svg><span>{{ n }}</span>
<span class="visually-hidden">Commitment {{ n }}</span></a></li>{% endfor %}</ol>
<dl><dt>City</dt><dd><a href="/en/cities/{{ row.facts.city }}">{{ row.facts.city_name }}</a></dd>
<dt>Themes</dt><dd>{% for theme in row.facts.themes %}<a href="/en/practices?theme={{ theme }}">{{ theme }}</a> {% endfor %}</dd></dl>
<p>{{ row.published_at }}</p>"""
    + END
)


def create() -> Flask:
    app = Flask("bare")
    engine = create_engine(os.environ["DATABASE_URL"], pool_size=8)

    @event.listens_for(engine, "connect")
    def _journal(connection: Any, _record: Any) -> None:
        if engine.dialect.name == "sqlite":
            connection.execute("PRAGMA journal_mode = WAL")

    queries = {
        number: text(ROWS.format(more=" ".join(ALSO.format(n=place) for place in range(number)))).columns(facts=JSON)
        for number in range(3)
    }
    listing, single = app.jinja_env.from_string(LIST), app.jinja_env.from_string(DETAIL)
    frame = {"menu": MENU, "foot": FOOT, "languages": LANGUAGES, "padding": PADDING}
    with engine.connect() as connection:
        facets = {
            name: [
                (row.term.partition(":")[2], row[1])
                for row in connection.execute(text(FACETS), {"low": f"{name}:", "high": f"{name};"})
            ]
            for name in ("commitment", "theme", "city", "country", "edition", "language")
        }

    @app.get("/hello")
    def hello() -> str:
        return "hello"

    @app.get("/list")
    def rows() -> str:
        terms = request.args.getlist("term") or ["all"]
        values = {"language": "en", "term": terms[0], **{f"also{place}": term for place, term in enumerate(terms[1:])}}
        with engine.connect() as connection:
            found = connection.execute(queries[len(terms) - 1], values).all()
        return listing.render(rows=found, title="Good practices", words=" ".join(terms), facets=facets, **frame)

    @app.get("/detail/<slug>")
    def detail(slug: str) -> str:
        with engine.connect() as connection:
            row = connection.execute(ONE, {"slug": slug, "language": "en"}).first()
        return single.render(row=row, title=row.title, **frame) if row else abort(404)

    return app


application = create() if "DATABASE_URL" in os.environ else None
