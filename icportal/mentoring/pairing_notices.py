"""Who is told what about a pairing that stands."""

from __future__ import annotations

from icportal.cities.models import City
from icportal.core.actors import Actor
from icportal.core.strings import _, _l
from icportal.mentoring.flow import PAIRING
from icportal.mentoring.matching_notices import both_of, url_of
from icportal.mentoring.models import Certificate, Pairing
from icportal.mentoring.notices import Notice, coordinators, people_of_city, tell
from icportal.web.routing import external_url


def to_sign(pairing: Pairing, city: City, *, actor: Actor) -> None:
    """Tell the other city that this one has signed."""
    other = pairing.mentee_id if city.id == pairing.mentor_id else pairing.mentor_id
    notice = Notice(
        subject=lambda reads: _("%(city)s has signed the agreement", city=city.name_in(reads.code)),
        text=lambda reads: _("%(city)s has signed what you agreed on. It waits for your signature now.", city=city.name_in(reads.code)),
        url=url_of(pairing), button=_l("Read and sign"), urgent=True,
    )  # fmt: skip
    tell(people_of_city(other), notice, actor=actor)


def signed(pairing: Pairing, *, actor: Actor) -> None:
    """Tell both cities and the coordinators that the pairing is active."""
    mentor, mentee = both_of(pairing)
    notice = Notice(
        subject=lambda reads: _("%(mentor)s and %(mentee)s have signed", mentor=mentor.name_in(reads.code), mentee=mentee.name_in(reads.code)),
        text=lambda _reads: _("Both cities have signed the agreement: the pairing is active."),
        url=url_of(pairing), button=_l("Go to the pairing"),
    )  # fmt: skip
    tell([*people_of_city(mentor.id), *people_of_city(mentee.id), *coordinators()], notice, actor=actor)


def moved(pairing: Pairing, *, actor: Actor) -> None:
    """Tell both cities and the coordinators of a step, with its reason."""
    mentor, mentee = both_of(pairing)
    notice = Notice(
        subject=lambda reads: _("The pairing of %(mentor)s and %(mentee)s", mentor=mentor.name_in(reads.code), mentee=mentee.name_in(reads.code)),
        text=lambda _reads: _("It is now “%(state)s”.", state=PAIRING.state(pairing.state).label),
        quote=pairing.because, url=url_of(pairing), button=_l("Go to the pairing"),
    )  # fmt: skip
    tell([*people_of_city(mentor.id), *people_of_city(mentee.id), *coordinators()], notice, actor=actor)


def certified(pairing: Pairing, certificate: Certificate, *, actor: Actor) -> None:
    """Send the mentor's people its certificate."""
    _mentor, mentee = both_of(pairing)
    notice = Notice(
        subject=lambda reads: _("Your certificate: mentor of %(city)s", city=mentee.name_in(reads.code)),
        text=lambda reads: _(
            "The network certifies that your city has mentored %(city)s. Everybody who has the code %(code)s or the address of the "
            "page can check the certificate there; you can print it.",
            city=mentee.name_in(reads.code), code=certificate.code,
        ),
        url=lambda reads: external_url("mentoring.show_certificate", language=reads.code, code=certificate.code),
        button=_l("See the certificate"),
    )  # fmt: skip
    tell(people_of_city(pairing.mentor_id), notice, actor=actor)


def still_fine(pairing: Pairing) -> None:
    """Ask both cities whether all is well: one click answers."""
    mentor, mentee = both_of(pairing)
    for city, other in ((mentor, mentee), (mentee, mentor)):
        notice = Notice(
            subject=lambda reads, other=other: _("You and %(city)s: still fine?", city=other.name_in(reads.code)),  # type: ignore[misc]
            text=lambda _reads: _(
                "The portal has seen no sign of life for %(days)s days. If all is well, one click says so. If not, say what would help: "
                "the pairing can be paused, completed early or ended.",
                days=pairing.programme.quiet_days,
            ),
            url=url_of(pairing), button=_l("Answer with one click"), urgent=True,
        )  # fmt: skip
        tell(people_of_city(city.id, officers_only=True), notice)


def nobody_answered(pairing: Pairing) -> None:
    """Tell the coordinators of a pair that stays silent."""
    mentor, mentee = both_of(pairing)
    notice = Notice(
        subject=lambda reads: _("No sign of life: %(mentor)s and %(mentee)s", mentor=mentor.name_in(reads.code), mentee=mentee.name_in(reads.code)),
        text=lambda _reads: _("Both were asked a week ago whether all is well, and nobody has answered. A call may help."),
        url=url_of(pairing), button=_l("See the pairing"), urgent=True,
    )  # fmt: skip
    tell(coordinators(), notice)
