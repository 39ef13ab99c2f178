"""temp"""
from __future__ import annotations
import os
import pytest
from security.test_matrix import Findings, summary, contents, kind
import security.test_matrix as tm
from icportal.core.db import db
from icportal.web import cycle

old = tm.routes
def only(world, method):
    want = os.environ.get("G_ONLY", "reporting.,plans.").split(",")
    yield from ((r, a) for r, a in old(world, method) if a.endpoint.startswith(tuple(want)))

def test_get(world, monkeypatch):
    monkeypatch.setattr(tm, "routes", only)
    before = contents(world)
    f = Findings(world, "GET"); f.ask()
    open("/tmp/g_get.txt","w").write("\n".join(f.table)); open("/tmp/g_get_wrong.txt","w").write(summary(f.wrong))
    after = contents(world)
    open("/tmp/g_changed.txt","w").write(str([k for k in before if before[k]!=after[k]]))

def test_post(world, monkeypatch):
    monkeypatch.setattr(tm, "routes", only)
    monkeypatch.setattr(cycle, "commit", db.session.rollback)
    f = Findings(world, "POST"); f.ask()
    open("/tmp/g_post.txt","w").write("\n".join(f.table)); open("/tmp/g_post_wrong.txt","w").write(summary(f.wrong))
