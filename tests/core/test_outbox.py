import socket
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import select

from icportal.core import outbox, queue
from icportal.core.actors import Actor, Grant
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, NotAllowed
from icportal.core.outbox import Mail, MailPreference, MailState, Recipient

pytestmark = pytest.mark.databases
ADMINISTRATOR = Actor(1, "A", grants=frozenset({Grant("administrator")}))
ANNA = Recipient(address="anna@oulu.example", name="Anna", language="fi", id=1)
TEMPLATES = {
    "t/mail/note.txt": "{% extends 'mail/base.txt' %}{% block subject %}News of {{ city }}{% endblock %}"
    "{% block text %}Look at {{ city }}.\n.\n..dots{% endblock %}",
    "t/mail/note.html": "{% extends 'mail/base.html' %}{% block content %}<p>Look at {{ city }}.</p>{% endblock %}",
    "t/mail/plain.txt": "Subject: Hi\nText",
    "t/mail/plain.html": "<p>Text</p>",
    "t/mail/bad.txt": "Hello",
    "t/mail/bad.html": "Hello",
}


@pytest.fixture
def kernel_settings(mailbox):
    return {"smtp_url": mailbox.url}


@pytest.fixture
def post(kernel):
    """The kernel with templates of mail."""
    kernel.jinja_env.loader = ChoiceLoader([DictLoader(TEMPLATES), kernel.jinja_env.loader])
    kernel.jinja_env.trim_blocks = kernel.jinja_env.lstrip_blocks = True
    return kernel


def write(to=ANNA, template="t/note", *, urgent=True, topic="Cities", city="Oulu"):
    mail = outbox.queue_mail(to=to, template=template, context={"city": city}, urgent=urgent, topic=topic)
    db.session.commit()
    return mail


def send():
    return outbox.send_due(queue.new_worker_id())


def parsed(mailbox):
    return [message_from_bytes(envelope.content, policy=default) for envelope in mailbox.envelopes]


def part(message, kind):
    return message.get_body((kind,)).get_content().replace("\r\n", "\n")


def due_again():
    for mail in db.session.scalars(select(Mail)):
        mail.next_try = now()
    db.session.commit()


def test_a_mail_arrives_as_text_and_html_in_the_persons_language(post, mailbox):
    mail = write(Recipient(address="g@gent.example", name="Ğ <b>", language="ar-xb"), city="A&B")
    assert send() == 1
    (message,) = parsed(mailbox)
    assert message["Subject"] == "News of A&B"
    assert message["To"] == '"Ğ <b>" <g@gent.example>'
    assert message["Message-ID"] == mail.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = part(message, "plain"), part(message, "html")
    assert "Look at A&B.\n.\n..dots\n" in text
    assert "Subject:" not in text
    assert "\n\n\n" not in text
    assert '<html lang="ar-xb" dir="rtl">' in html
    assert "Look at A&amp;B." in html
    assert "<b>" not in html.replace("&lt;b&gt;", "")
    assert "<img" not in html
    assert mail.state == MailState.SENT
    assert send() == 0


def test_a_mail_of_a_rolled_back_request_does_not_exist(post, mailbox):
    outbox.queue_mail(to=ANNA, template="t/note", context={"city": "x"}, urgent=True)
    db.session.rollback()
    assert send() == 0


@pytest.mark.parametrize(
    "typed", ["a@b.example\r\nBcc: x@y.example", "no address", "", "a@b@c", "<a@b.example>", "a b@c.example"]
)
def test_what_is_no_address_is_refused(post, typed):
    with pytest.raises(DomainError, match="not a mail address"):
        write(Recipient(address=typed))


def test_no_header_can_be_slipped_in(post, mailbox):
    write(Recipient(address="a@b.example", name="X\r\nBcc: all@b.example", language="en"), city="Oulu\r\nBcc: all@b.example\0")
    send()
    (message,) = parsed(mailbox)
    assert message["Bcc"] is None
    assert message["Subject"] == "News of Oulu"
    assert mailbox.envelopes[0].rcpt_tos == ["a@b.example"]


def test_a_domain_with_accents_is_reached(post, mailbox):
    write(Recipient(address="a@köln.example"))
    send()
    assert mailbox.envelopes[0].rcpt_tos == ["a@xn--kln-sna.example"]


def test_a_template_without_subject_is_our_mistake(post):
    with pytest.raises(ValueError, match="Subject"):
        write(template="t/bad")
    assert write(template="t/plain").subject == "Hi"


@pytest.mark.parametrize(("answer", "state"), [("451 later", MailState.QUEUED), ("554 never", MailState.FAILED)])
def test_a_server_that_says_no_is_believed(post, mailbox, answer, state):
    mailbox.answer = answer
    mail = write()
    send()
    assert (mail.state, mail.attempts) == (state, 1)
    assert answer[:3] in mail.error
    mailbox.answer = "250 OK"
    due_again()
    assert send() == (1 if state == MailState.QUEUED else 0)


def test_a_server_that_is_away_is_tried_later_with_growing_delay(post, mailbox):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        object.__setattr__(post.config["SETTINGS"], "smtp_url", f"smtp://127.0.0.1:{closed.getsockname()[1]}")
        mail = write()
        delays = []
        for _attempt in range(outbox.MOST_ATTEMPTS):
            assert send() == 1
            delays.append(mail.next_try - now())
            assert send() == 0
            due_again()
    assert mail.state == MailState.FAILED
    assert delays[:5] == sorted(delays[:5])
    assert [each.id for each in outbox.undelivered()] == [mail.id]
    object.__setattr__(post.config["SETTINGS"], "smtp_url", mailbox.url)
    outbox.decide(mail, actor=ADMINISTRATOR, send_again=True)
    db.session.commit()
    assert send() == 1
    assert mail.state == MailState.SENT


def test_a_lost_answer_leaves_the_mail_to_a_person(post, mailbox, monkeypatch):
    """The server has the mail, its answer never comes: sending again would double it."""
    import smtplib

    real = smtplib.SMTP.getreply

    def lost(self):
        answer = real(self)
        if mailbox.envelopes:
            raise smtplib.SMTPServerDisconnected("gone")
        return answer

    monkeypatch.setattr(smtplib.SMTP, "getreply", lost)
    mail = write()
    send()
    assert mail.state == MailState.UNCERTAIN
    due_again()
    assert send() == 0
    assert len(mailbox.envelopes) == 1
    with pytest.raises(NotAllowed):
        outbox.decide(mail, actor=Actor(5, "B"), send_again=True)
    outbox.decide(mail, actor=ADMINISTRATOR, send_again=False)
    db.session.commit()
    assert mail.state == MailState.SENT
    with pytest.raises(InvalidTransition):
        outbox.decide(mail, actor=ADMINISTRATOR, send_again=True)


def test_a_worker_that_died_before_the_text_left_costs_nothing(post, mailbox):
    mail = write()
    mail.lease_until, mail.worker = now() - timedelta(seconds=1), "elsewhere:1:a"
    db.session.commit()
    assert send() == 1
    assert mail.state == MailState.SENT


def test_a_worker_that_died_while_the_text_left_leaves_it_uncertain(post, mailbox):
    mail = write()
    mail.state, mail.lease_until, mail.worker = MailState.SENDING, now() + timedelta(minutes=1), "elsewhere:1:a"
    db.session.commit()
    assert send() == 0
    db.session.refresh(mail)
    assert mail.state == MailState.SENDING
    mail.lease_until = now() - timedelta(seconds=1)
    db.session.commit()
    assert send() == 0
    db.session.refresh(mail)
    assert mail.state == MailState.UNCERTAIN


def test_what_has_a_deadline_goes_first(post, mailbox):
    write(Recipient(address="slow@b.example", preference=MailPreference.AT_ONCE), urgent=False)
    write(Recipient(address="fast@b.example"))
    send()
    assert [envelope.rcpt_tos[0] for envelope in mailbox.envelopes] == ["fast@b.example", "slow@b.example"]


def test_without_a_server_a_demonstration_shows_the_mail(post, mailbox):
    object.__setattr__(post.config["SETTINGS"], "smtp_url", "")
    first, second = write(), write()
    assert send() == 2
    db.session.expire_all()
    assert [first.state, second.state] == [MailState.SHOWN] * 2
    assert first.sent_at is not None
    assert mailbox.envelopes == []


MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # 07:00 in Brussels


def notices(*topics, to=ANNA, at=MONDAY - timedelta(days=2)):
    for number, topic in enumerate(topics):
        write(to, urgent=False, topic=topic, city=f"{topic}{number}").created_at = at + timedelta(minutes=number)
    db.session.commit()


def test_news_without_deadline_comes_once_a_week_newest_first_by_topic(post, mailbox):
    notices("Cities", "Practices", "Cities")
    bert = Recipient(address="bert@b.example", name="Bert", preference=MailPreference.WEEKLY)
    notices("Cities", to=bert)
    assert send() == 0
    assert outbox.send_digests(MONDAY - timedelta(minutes=1)) == 0
    assert outbox.send_digests(MONDAY + timedelta(minutes=1)) == 2
    assert outbox.send_digests(MONDAY + timedelta(days=3)) == 0
    assert send() == 2
    message = next(each for each in parsed(mailbox) if "anna" in each["To"])
    assert message["Subject"] == "3 pieces of news of this week"
    for kind in ("plain", "html"):
        body = part(message, kind)
        places = [body.index(word) for word in ("Look at Cities2", "Look at Cities0", "Look at Practices1")]
        assert places == sorted(places)
        assert body.count("Hello Anna") == 1
    assert part(message, "html").count("<html") == 1
    db.session.expire_all()
    digested = db.session.scalars(select(Mail).where(Mail.state == MailState.DIGESTED)).all()
    assert len(digested) == 4
    assert all(mail.digest_of for mail in digested)


def test_a_digest_missed_on_monday_is_caught_up_and_later_news_wait(post):
    notices("Cities")
    notices("Late", at=MONDAY + timedelta(hours=1))
    assert outbox.send_digests(MONDAY + timedelta(days=4)) == 1
    assert outbox.send_digests(MONDAY + timedelta(days=6)) == 0
    assert outbox.send_digests(MONDAY + timedelta(days=7)) == 1


def test_the_monday_follows_the_clock_of_brussels():
    summer = datetime(2026, 7, 6, 5, 0, tzinfo=UTC)
    assert outbox.digest_moment(summer) == summer
    assert outbox.digest_moment(summer - timedelta(seconds=1)) == summer - timedelta(days=7)
    # In the week the clock goes back, seven days are 169 hours.
    assert outbox.digest_moment(datetime(2026, 10, 26, 6, 0, tzinfo=UTC)) == datetime(2026, 10, 26, 6, 0, tzinfo=UTC)


def test_people_choose_how_often(post):
    def state(preference, *, urgent):
        mail = write(Recipient(address="a@b.example", preference=preference), urgent=urgent)
        return mail and mail.state

    assert state(MailPreference.URGENT_ONLY, urgent=False) is None
    assert state(MailPreference.AT_ONCE, urgent=False) == MailState.QUEUED
    assert state(MailPreference.WEEKLY, urgent=False) == MailState.DIGEST
    assert {state(preference, urgent=True) for preference in MailPreference} == {MailState.QUEUED}


def test_old_mail_is_forgotten(post, mailbox):
    write()
    send()
    write(urgent=False)
    assert outbox.forget_sent(now() + timedelta(days=1)) == 1
