"""Whatever people do in whatever order: the promises of a signature hold."""

from __future__ import annotations

import threading

import pytest
from charter_world import STEPS, actor_of, make_world, some_day, take
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from icportal.charter import services
from icportal.charter.flow import OPEN, SIGNATURE
from icportal.charter.models import Signature
from icportal.charter.services.preparing import SecondSignature
from icportal.cities.models import City
from icportal.core import audit
from icportal.core.db import db
from icportal.core.errors import DomainError
from icportal.core.files import keep
from icportal.core.filetypes import FileKind
from icportal.workflow import engine

PEOPLE = ["mayor", "officer", "coordinator", "second_coordinator", "everything", "administrator", "mayor_elsewhere"]


class OneCity(RuleBasedStateMachine):
    """People of one city and of the network press whatever button there is."""

    app = None
    people: dict = {}
    world = None

    @initialize()
    def begin(self):
        self.context = self.app.test_request_context("/en/")
        self.context.push()
        self.city = db.session.get_one(City, self.world.vienna)
        stored = keep(b"%PDF-1.4 %%EOF", "decision.pdf", kind=FileKind.PDF, actor=self.people["mayor"])
        self.file_id = stored.id

    def teardown(self):
        if hasattr(self, "context"):
            db.session.rollback()
            self.context.pop()

    def open_one(self):
        return next((s for s in db.session.query(Signature).filter_by(city_id=self.world.vienna) if s.state in OPEN), None)

    @rule(name=st.sampled_from(PEOPLE))
    def start(self, name):
        """Prepared as far as the signature, so that the machine comes somewhere."""
        try:
            signature = services.start_signature(actor=self.people[name], city=self.city)
        except DomainError:
            return
        signature.council_decided_on, signature.council_file_id = some_day(), self.file_id
        signature.signer_name, signature.signer_office, signature.mandate = "Ada", "Mayor", "Statute"
        db.session.flush()

    @rule(
        name=st.sampled_from(PEOPLE), step=st.sampled_from(STEPS), newest=st.booleans(), reason=st.sampled_from(["", "Because"])
    )
    def press(self, name, step, newest, reason):
        everything = db.session.query(Signature).order_by(Signature.id).all()
        if not everything:
            return
        signature = everything[-1] if newest else everything[0]
        before, writers = signature.state, signature.contributor_ids
        actor = self.people[name]
        try:
            take(signature, step, actor, reason=reason)
        except DomainError:
            assert signature.state == before
            return
        assert before in SIGNATURE.find(step).sources
        if step == "publish":
            assert actor.id not in writers
            assert signature.signed_at is not None

    @invariant()
    def one_at_a_time(self):
        states = [signature.state for signature in db.session.query(Signature).filter_by(city_id=self.world.vienna)]
        assert sum(state in OPEN for state in states) <= 1
        assert states.count("published") <= 1

    @invariant()
    def history_is_whole(self):
        assert list(engine.tampered()) == []
        assert list(audit.tampered()) == []
        last = {subject: state for key, subject, state in engine.last_states() if key == SIGNATURE.key}
        for signature in db.session.query(Signature):
            assert signature.state == last.get(signature.id, "draft")
            assert (signature.published_at is not None) == any(
                event.target == "published" for event in engine.history(SIGNATURE, signature.id)
            )


def test_promises_hold_whatever_people_do(app):
    with app.app_context():
        OneCity.world = make_world()
        OneCity.people = {name: actor_of(OneCity.world, name) for name in PEOPLE}
        db.session.remove()
    OneCity.app = app
    quick = settings(max_examples=15, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(OneCity, settings=quick)


@pytest.mark.databases
def test_two_who_start_at_once_open_one_signature(app, world):
    outcomes = []
    together = threading.Barrier(2)

    def start(name):
        with app.test_request_context("/en/"):
            actor, city = actor_of(world, name), db.session.get_one(City, world.vienna)
            together.wait(10)
            try:
                services.start_signature(actor=actor, city=city)
                db.session.commit()
                outcomes.append("opened")
            except SecondSignature:
                db.session.rollback()
                outcomes.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=start, args=(name,)) for name in ("mayor", "officer")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["opened", "refused"]
