"""Pages on the way of a signature."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from icportal.charter import desk, dossier, forms, services, wording
from icportal.charter.enums import Permission, SignatureState
from icportal.charter.flow import SIGNATURE
from icportal.charter.models import Signature
from icportal.charter.services.preparing import SecondSignature
from icportal.charter.views import blueprint
from icportal.cities.queries import get_city
from icportal.core.errors import DomainError, NotAllowed, NotFound, Stale
from icportal.core.files import headers_for, open_file
from icportal.core.permissions import authorise, can
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import day
from icportal.web.decorators import requires
from icportal.web.forms import PortalForm, VersionedForm
from icportal.web.identity import current_actor
from icportal.web.navigation import Entry
from icportal.web.routing import external_url
from icportal.workflow import engine

MENU: tuple[Entry, ...] = (Entry(_l("Signatures"), "charter.list_signatures", Permission.VIEW, area="work"),)

#: Pages that take a file read so much of a request, so that a file that is too large is refused at its field.
ROOM_FOR_REFUSAL = 64 * 1024 * 1024
TAKE_FILES = frozenset({"charter.record_council_decision", "charter.upload_deed", "charter.renew_signature"})

Answer = str | Response | tuple[str, int]


@blueprint.url_value_preprocessor
def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let people who are signed in send a file that is too large: only so can the answer keep what they typed."""
    if endpoint in TAKE_FILES and request.method == "POST" and current_actor().is_signed_in:
        request.max_content_length = ROOM_FOR_REFUSAL


# --- lists and overview ------------------------------------------------------------------------------------


@blueprint.get("/signatures")
@requires(Permission.VIEW)
def list_signatures() -> str:
    """Every signature under way, in force or ended, that the actor works with."""
    actor = current_actor()
    return render_template(
        "charter/signature_list.html", rows=desk.rows_for(actor), delays=desk.delays_for(actor), own_cities=desk.cities_for(actor)
    )


@blueprint.get("/cities/<slug:slug>/signature")
@requires(Permission.VIEW)
def city_signature(slug: str) -> str:
    """A city's signature: the steps of the one under way, or what can be started."""
    city = get_city(slug)
    authorise(current_actor(), Permission.VIEW, city)
    return render_template("charter/signature_steps.html", **desk.of_city(city, current_actor()))


@blueprint.post("/cities/<slug:slug>/signature")
@requires(Permission.START)
def start_signature(slug: str) -> Answer:
    """Open the city's first signature."""
    city = get_city(slug)
    authorise(current_actor(), Permission.VIEW, city)
    try:
        services.start_signature(actor=current_actor(), city=city)
    except SecondSignature as error:
        return render_template("charter/signature_second.html", city=city, message=error.message, id=error.signature_id), 409
    flash(_("The signature is opened. Take the steps in any order; each is saved on its own."), "success")
    return _to_city(city.slug)


@blueprint.route("/cities/<slug:slug>/signature/renewal", methods=["GET", "POST"])
@requires(Permission.START)
def renew_signature(slug: str) -> Answer:
    """The one page a new mayor's office fills in."""
    city, actor = get_city(slug), current_actor()
    authorise(actor, Permission.VIEW, city)
    older = dossier.signature_in_force(city.id)
    decided = older is not None and older.council_decided_on is not None
    form = forms.RenewalForm(decision_stands="yes" if decided else "no", name=city.mayor)

    def act() -> None:
        stands = form.decision_stands.data == "yes"
        services.start_renewal(
            actor=actor, city=city, name=form.name.data or "", office=form.office.data or "", mandate=form.mandate.data or "",
            decision_stands=stands, decided_on=form.decided_on.data, reference=form.reference.data or "",
            upload=None if stands else form.upload.upload,
        )  # fmt: skip
        flash(_("The renewal is opened. What is left: the signature of the new mayor."), "success")

    context = {"city": city, "renewal": dossier.renewal_of(city), "older": older}
    return _ask(form, act, "charter/signature_renew.html", url_for("charter.city_signature", slug=slug), **context)


@blueprint.get("/signatures/<int:signature_id>")
@requires(Permission.VIEW)
def show_signature(signature_id: int) -> str:
    """Everything about a signature on one page: what a coordinator checks."""
    signature = _visible(signature_id)
    return _signature_page(signature, forms.StepForm())


@blueprint.get("/signatures/<int:signature_id>/history")
@requires(Permission.VIEW)
def show_history(signature_id: int) -> str:
    """Who did what, when and why."""
    signature = _visible(signature_id)
    return render_template("charter/signature_history.html", **desk.about(signature), entries=desk.history_entries(signature))


# --- the steps of the city ---------------------------------------------------------------------------------


@blueprint.route("/signatures/<int:signature_id>/council-decision", methods=["GET", "POST"])
@requires(Permission.EDIT)
def record_council_decision(signature_id: int) -> Answer:
    """When the council decided, and the text of its decision."""
    signature = _visible(signature_id)
    form = forms.CouncilDecisionForm(
        version=signature.version, decided_on=signature.council_decided_on, reference=signature.council_reference
    )

    def act() -> None:
        services.record_council_decision(
            signature, actor=current_actor(), version=form.version.data or 0, decided_on=form.decided_on.data,
            reference=form.reference.data or "", upload=form.upload.upload,
        )  # fmt: skip

    return _step(signature, form, act, "charter/signature_council_decision.html")


@blueprint.route("/signatures/<int:signature_id>/notification", methods=["GET", "POST"])
@requires(Permission.EDIT)
def record_notification(signature_id: int) -> Answer:
    """When the city told the network."""
    signature = _visible(signature_id)
    form = forms.NotificationForm(version=signature.version, notified_on=signature.notified_on)

    def act() -> None:
        services.record_notification(
            signature, actor=current_actor(), version=form.version.data or 0, notified_on=form.notified_on.data
        )

    return _step(signature, form, act, "charter/signature_notification.html")


@blueprint.route("/signatures/<int:signature_id>/ceremony", methods=["GET", "POST"])
@requires(Permission.EDIT)
def plan_ceremony(signature_id: int) -> Answer:
    """When and where the ceremony is planned."""
    signature = _visible(signature_id)
    form = forms.CeremonyForm(version=signature.version, ceremony_on=signature.ceremony_on, place=signature.ceremony_place)

    def act() -> None:
        services.plan_ceremony(
            signature, actor=current_actor(), version=form.version.data or 0, ceremony_on=form.ceremony_on.data,
            place=form.place.data or "",
        )  # fmt: skip

    return _step(signature, form, act, "charter/signature_ceremony.html")


@blueprint.route("/signatures/<int:signature_id>/mandate", methods=["GET", "POST"])
@requires(Permission.EDIT)
def record_mandate(signature_id: int) -> Answer:
    """Who signs, and by what right."""
    signature = _visible(signature_id)
    form = forms.MandateForm(
        version=signature.version, name=signature.signer_name, office=signature.signer_office, mandate=signature.mandate
    )

    def act() -> None:
        services.record_mandate(
            signature, actor=current_actor(), version=form.version.data or 0, name=form.name.data or "",
            office=form.office.data or "", mandate=form.mandate.data or "",
        )  # fmt: skip

    return _step(signature, form, act, "charter/signature_mandate.html")


@blueprint.route("/signatures/<int:signature_id>/sign", methods=["GET", "POST"])
@requires(Permission.SIGN)
def sign(signature_id: int) -> Answer:
    """Read the charter in the language chosen and sign it on screen."""
    signature, actor = _visible(signature_id), current_actor()
    authorise(actor, Permission.SIGN, signature)
    language = _language_of_text(signature)
    form = forms.SignForm(
        version=signature.version, language=language, seen_sha256=wording.fixed_hash(signature.charter_version, language)
    )

    def act() -> None:
        services.sign_on_screen(
            signature, actor=actor, version=form.version.data or 0, language=form.language.data or "",
            seen_sha256=form.seen_sha256.data or "", confirmed=bool(form.confirmed.data),
        )  # fmt: skip
        flash(_("Signed. This is the receipt: print it or keep its code."), "success")

    return _ask(
        form, act, "charter/signature_sign.html", url_for("charter.show_receipt", signature_id=signature_id),
        **desk.about(signature), **desk.text_to_sign(signature, language),
    )  # fmt: skip


@blueprint.get("/signatures/<int:signature_id>/deed")
@requires(Permission.EDIT)
def print_deed(signature_id: int) -> str:
    """The deed to print and sign by hand, wholly in the language of the page."""
    signature = _visible(signature_id)
    language = _language_of_text(signature)
    return render_template("charter/signature_deed.html", **desk.about(signature), **desk.text_to_sign(signature, language))


@blueprint.route("/signatures/<int:signature_id>/signed-deed", methods=["GET", "POST"])
@requires(Permission.SIGN)
def upload_deed(signature_id: int) -> Answer:
    """Send the scan of the deed that was signed by hand."""
    signature, actor = _visible(signature_id), current_actor()
    authorise(actor, Permission.SIGN, signature)
    form = forms.SignedDeedForm(version=signature.version, language=_language_of_text(signature))
    form.offer(desk.language_choices(signature))

    def act() -> None:
        services.upload_signed_deed(
            signature, actor=actor, version=form.version.data or 0, language=form.language.data or "",
            signed_on=form.signed_on.data, upload=form.upload.upload,
        )  # fmt: skip
        flash(_("The signed deed is kept. This is the receipt: print it or keep its code."), "success")

    return _ask(
        form, act, "charter/signature_upload.html", url_for("charter.show_receipt", signature_id=signature_id),
        **desk.about(signature), missing=dossier.missing_before_signing(signature),
    )  # fmt: skip


@blueprint.get("/signatures/<int:signature_id>/receipt")
@requires(Permission.VIEW)
def show_receipt(signature_id: int) -> str:
    """What was signed, by whom and when, with the code anybody can check."""
    signature = _visible(signature_id)
    if signature.receipt_code is None:
        raise NotFound(_("There is no receipt, because nothing has been signed."))
    verify_url = external_url("charter.verify_code", language=current_language().code, code=signature.receipt_code)
    return render_template("charter/signature_receipt.html", **desk.about(signature), verify_url=verify_url)


@blueprint.get("/signatures/<int:signature_id>/files/<slug:name>")
@requires(Permission.VIEW)
def download_file(signature_id: int, name: str) -> Response:
    """A file of the signature, to be saved and never shown inside the portal."""
    stored = dossier.files_of(_visible(signature_id)).get(name)
    if stored is None:
        raise NotFound(_("There is no such file."))
    return Response(open_file(stored).getvalue(), headers=headers_for(stored))


# --- steps of the workflow ---------------------------------------------------------------------------------


@blueprint.post("/signatures/<int:signature_id>/steps")
@requires(Permission.VIEW)
def take_step(signature_id: int) -> Answer:
    """Send in, publish, send back, undo or withdraw."""
    signature = _visible(signature_id)
    form = forms.StepForm()
    act = desk.STEPS.get(form.transition.data or "")
    if act is None:
        raise NotFound(_("There is no such step."))
    if not form.validate():
        return _signature_page(signature, form), 422
    try:
        act(signature, current_actor(), form.version.data or 0, form.seen_hash.data or "", form.reason.data or "")
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.refuse(error)
        return _signature_page(signature, form), error.status
    flash(str(desk.DONE[form.transition.data]), "success")
    return _redirect(url_for("charter.show_signature", signature_id=signature_id))


# --- more time ---------------------------------------------------------------------------------------------


@blueprint.route("/cities/<slug:slug>/signature/delay", methods=["GET", "POST"])
@requires(Permission.ASK_DELAY)
def ask_for_delay(slug: str) -> Answer:
    """Ask for more time for the renewal."""
    city, actor = get_city(slug), current_actor()
    authorise(actor, Permission.VIEW, city)
    form = forms.DelayForm()

    def act() -> None:
        services.ask_for_delay(city, actor=actor, asked_until=form.asked_until.data, reason=form.reason.data or "")
        flash(_("The coordinator has your request. You get the answer by mail."), "success")

    back = url_for("charter.city_signature", slug=slug)
    return _ask(form, act, "charter/delay_ask.html", back, city=city, renewal=dossier.renewal_of(city))


@blueprint.route("/delays/<int:delay_id>", methods=["GET", "POST"])
@requires(Permission.VIEW)
def decide_delay(delay_id: int) -> Answer:
    """A request for more time, and the answer to it."""
    delay, actor = dossier.get_delay(delay_id), current_actor()
    authorise(actor, Permission.VIEW, delay)
    form = forms.DelayDecisionForm(version=delay.version)

    def act() -> None:
        grant = {"granted": True, "refused": False}.get(form.decision.data)
        services.decide_delay(
            delay, actor=actor, version=form.version.data or 0, grant=grant, until=form.until.data, reason=form.reason.data or ""
        )
        flash(_("The city has your answer."), "success")

    context = desk.about_delay(delay, actor)
    return _ask(form, act, "charter/delay_decide.html", url_for("charter.decide_delay", delay_id=delay_id), **context)


# --- shared ------------------------------------------------------------------------------------------------


def _visible(signature_id: int) -> Signature:
    signature = dossier.get_signature(signature_id)
    authorise(current_actor(), Permission.VIEW, signature)
    return signature


def _signature_page(signature: Signature, form: forms.StepForm) -> str:
    actor = current_actor()
    typed = {form.transition.data: form.reason.data or ""} if form.is_submitted() else {}
    moves = [move for move in engine.moves(SIGNATURE, signature, actor=actor) if move.transition.name != "sign"]
    return render_template(
        "charter/signature_show.html", form=form, **desk.about(signature), moves=moves, reasons=typed,
        seen_hash=services.signature_hash(signature), may_edit=can(actor, Permission.EDIT, signature),
        is_check=signature.state == SignatureState.REVIEW and can(actor, Permission.CHECK, signature),
    )  # fmt: skip


def _step(signature: Signature, form: VersionedForm, act: Callable[[], None], template: str) -> Answer:
    authorise(current_actor(), Permission.EDIT, signature)

    def save() -> None:
        act()
        flash(_("Saved."), "success")

    context = desk.about(signature)
    back = url_for("charter.city_signature", slug=context["city"].slug)
    return _ask(form, save, template, back, back_url=back, **context)


def _ask(form: PortalForm, act: Callable[[], None], template: str, then: str, **context: Any) -> Answer:
    """Show the form, or do what it asks and go on; a refusal shows it again with everything that was typed."""
    if not form.is_submitted():
        return render_template(template, form=form, differences=[], **context)
    status, differences = 422, []
    if form.validate():
        try:
            act()
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
            status = error.status
            if isinstance(error, Stale):
                differences = [(label, _shown(mine), _shown(theirs)) for label, mine, theirs in error.differences]
                _renew_version(form, context)
        else:
            return _redirect(then)
    return render_template(template, form=form, differences=differences, **context), status


def _shown(value: Any) -> str:
    return day(value) if isinstance(value, date) else str(value or "")


def _renew_version(form: PortalForm, context: dict[str, Any]) -> None:
    """Both versions are on the page now: saving again is a choice."""
    subject = context.get("signature") or context.get("delay")
    if isinstance(form, VersionedForm) and subject is not None:
        form.version.raw_data, form.version.data = None, subject.version
    if isinstance(form, forms.SignForm):
        form.seen_sha256.data = context.get("text_sha256", "")


def _language_of_text(signature: Signature) -> str:
    """The language asked for, else the reader's, else the first there is."""
    offered = wording.languages_of(signature.charter_version)
    for wanted in (request.values.get("language", ""), current_language().code, "en"):
        if wanted in offered:
            return wanted
    raise DomainError(_("The charter text of this signature is not available. Ask the network's administrator to load it."))


def _to_city(slug: str) -> Response:
    return _redirect(url_for("charter.city_signature", slug=slug))


def _redirect(url: str) -> Response:
    return redirect(url, 303)  # type: ignore[return-value]
