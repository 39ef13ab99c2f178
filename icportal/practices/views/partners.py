"""What readers of a practice may take and do: its files, and a message to the people behind it."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for

from icportal.content.queries import get_item, public_versions
from icportal.core import files, throttle
from icportal.core.errors import DomainError, NotFound
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.practices import desk, queries, services
from icportal.practices.enums import KIND, Permission
from icportal.practices.forms import PartnerForm
from icportal.practices.views.pages import Answer, blueprint
from icportal.web.decorators import public, requires
from icportal.web.identity import current_actor


@blueprint.route("/practices/<slug:slug>/write", methods=["GET", "POST"])
@requires(Permission.WRITE_TO_CITY)
def write_to_city(slug: str) -> Answer:
    """Write to a practice's contact through the portal; the address is not shown."""
    reading = queries.read(slug, current_language().code)
    practice = queries.practice_of(get_item(KIND, slug).id)
    if not practice.contact_email:
        raise NotFound(_("This practice has no contact to write to."))
    form = PartnerForm()
    if request.method == "POST":
        throttle.hit("write-to-city", current_actor().id)
    if form.validate_on_submit():
        try:
            services.write_to_city(practice, form.message.data or "", actor=current_actor())
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Your message is on its way. The answer comes to your own mail address."), "success")
            return redirect(url_for("practices.show_practice", slug=slug), 303)
    city = desk.city_of(practice).name_in(current_language().code)
    return render_template(
        "practices/work_write_to_city.html", form=form, shown=reading.shown, city=city
    ), 422 if form.errors else 200


@blueprint.get("/practices/<slug:slug>/files/<int:file_id>")
@public
def download_file(slug: str, file_id: int) -> Response:
    """A file beside a practice: for everybody once the practice is public, before that for those who work on it."""
    practice = queries.practice_of(get_item(KIND, slug).id)
    is_public = bool(public_versions(KIND, slug))
    stored = queries.published_file(practice, file_id) if is_public else None
    if stored is None:
        if is_public and not can(current_actor(), Permission.VIEW_WORKSPACE, practice):
            raise NotFound(_("There is no such file."))
        authorise(current_actor(), Permission.VIEW_WORKSPACE, practice)
        stored = queries.draft_file(practice, file_id)
    return Response(files.open_file(stored), headers=files.headers_for(stored))
