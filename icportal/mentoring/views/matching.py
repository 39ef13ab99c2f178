"""How a coordinator forms pairs: weights, locks and bans, runs, both results side by side, the reasons, the choice."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for

from icportal.accounts.directory import names_of
from icportal.cities.queries import by_id
from icportal.core.errors import DomainError, NotAllowed, NotFound
from icportal.core.strings import _, _n
from icportal.i18n.catalogues import current_language
from icportal.mentoring import labels, matchings, pools, programmes
from icportal.mentoring.enums import MATCHABLE, Aim, ApplicationState, Permission
from icportal.mentoring.flow import APPLICATION
from icportal.mentoring.matching import reasons
from icportal.mentoring.matching_forms import KINDS, ChoiceForm, PairForm, settings_form, settings_in_words
from icportal.mentoring.models import MatchRun, Programme
from icportal.mentoring.services import matching
from icportal.mentoring.views.pages import UNPROCESSABLE, Answer, blueprint
from icportal.mentoring.views.programmes import ask, programme_context
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number


@blueprint.get("/work/mentoring/<slug:slug>/matching")
@requires(Permission.MATCH)
def show_matching(slug: str) -> Answer:
    """What is fixed, the matchings computed so far, and the button for the next one."""
    return _overview(programmes.open_programme(slug, actor=current_actor()))


def _overview(programme: Programme, form: PairForm | None = None, status: int = 200) -> Answer:
    language = current_language().code
    names, rules = matchings.names_for(programme, language), matchings.rules_of(programme)
    applied = programmes.applied(programme, language)
    pair_form = form or PairForm(formdata=None)
    cities = [(each.city.id, each.city.name_in(language)) for each in applied]
    pair_form.offer([(scheme.id, names.theme(scheme.toolkit)) for scheme in programme.schemes], cities)
    ids = {number for rule in rules for number in (rule.mentor_id, rule.mentee_id)}
    runs = matchings.runs_of(programme)
    return render_template(
        "mentoring/match_overview.html",
        **programme_context(programme),
        form=form,
        pair_form=pair_form,
        rules=rules,
        outdated=pools.outdated_locks(programme, rules),
        cities={city.id: city.name_in(language) for city in by_id(list(ids)).values()},
        themes={scheme.id: names.theme(scheme.toolkit) for scheme in programme.schemes},
        kinds=KINDS,
        outside=[each for each in applied if each.application.state != ApplicationState.SUBMITTED],
        application_flow=APPLICATION,
        runs=runs,
        aims=labels.AIMS,
        names=names_of({run.created_by for run in runs}),
        is_open=programme.state in MATCHABLE,
    ), status


@blueprint.route("/work/mentoring/<slug:slug>/matching/settings", methods=["GET", "POST"])
@requires(Permission.MATCH)
def edit_matching(slug: str) -> Answer:
    """Weights and limits, visible and stored with every run."""
    programme = programmes.open_programme(slug, actor=current_actor())
    form = settings_form(programme)

    def act() -> None:
        matching.save_settings(programme, form.settings, actor=current_actor(), seen=form.version.data or 0)
        flash(_("Saved. The next matching counts with it."), "success")

    return ask(
        form, act, "mentoring/match_settings.html", lambda: redirect(url_for("mentoring.show_matching", slug=slug), 303),
        version=lambda: programme.version, weights=list(matching.WEIGHTS), **programme_context(programme),
    )  # fmt: skip


@blueprint.post("/work/mentoring/<slug:slug>/matching/pairs")
@requires(Permission.MATCH)
def rule_pair(slug: str) -> Answer:
    """Lock or ban a pair."""
    programme = programmes.open_programme(slug, actor=current_actor())
    form = PairForm()
    if form.validate():
        chosen = by_id([form.mentor_id.data or 0, form.mentee_id.data or 0])
        scheme = next((each for each in programme.schemes if each.id == form.scheme_id.data), None)
        mentor, mentee = chosen.get(form.mentor_id.data or 0), chosen.get(form.mentee_id.data or 0)
        if scheme is None or mentor is None or mentee is None:
            form.refuse(DomainError(_("Choose a theme and two cities."), "mentor_id"))
            return _overview(programme, form, UNPROCESSABLE)
        try:
            matching.rule_pair(scheme, mentor, mentee, form.kind.data, reason=form.reason.data or "", actor=current_actor())
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Fixed. It counts from the next matching on."), "success")
            return redirect(url_for("mentoring.show_matching", slug=slug), 303)
    return _overview(programme, form, UNPROCESSABLE)


@blueprint.post("/work/mentoring/<slug:slug>/matching/pairs/<int:rule_id>/remove")
@requires(Permission.MATCH)
def free_pair(slug: str, rule_id: int) -> Answer:
    """Take a lock or ban away."""
    programme = programmes.open_programme(slug, actor=current_actor())
    rule = next((each for each in matchings.rules_of(programme) if each.id == rule_id), None)
    if rule is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    matching.free_pair(rule, actor=current_actor())
    flash(_("Taken away. It counts from the next matching on."), "success")
    return redirect(url_for("mentoring.show_matching", slug=slug), 303)


@blueprint.post("/work/mentoring/<slug:slug>/matching/runs")
@requires(Permission.MATCH)
def compute_matching(slug: str) -> Answer:
    """Compute both results from what stands now."""
    programme = programmes.open_programme(slug, actor=current_actor())
    try:
        run = matching.compute(programme, actor=current_actor())
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        flash(str(error.message), "error")
        return _overview(programme, status=error.status)
    return redirect(url_for("mentoring.show_run", slug=slug, number=run.number), 303)


@blueprint.get("/work/mentoring/<slug:slug>/matching/runs/<int:number>")
@requires(Permission.MATCH)
def show_run(slug: str, number: int) -> Answer:
    """Both results side by side, who was left over and why, and the choice."""
    programme = programmes.open_programme(slug, actor=current_actor())
    return _run_page(programme, matchings.get_run(programme, number))


def _run_page(programme: Programme, run: MatchRun, form: ChoiceForm | None = None, status: int = 200) -> Answer:
    names = matchings.names_for(programme, current_language().code, run)
    results = matchings.results_of(run, programme, names)
    both = {aim: {(p["theme"], p["mentor"], p["mentee"]) for p in result.pairs} for aim, result in results.items()}
    return render_template(
        "mentoring/match_run.html",
        **programme_context(programme),
        run=run,
        results=[results[aim] for aim in Aim],
        in_both=both[Aim.BEST] & both[Aim.STABLE],
        aims=labels.AIMS,
        names=names,
        reasons=reasons,
        people=names_of({run.created_by, run.chosen_by}),
        form=form,
        choice=form or ChoiceForm(formdata=None),
        count=matchings.pairing_count(run),
        counted_with=settings_in_words(run.inputs["settings"]),
    ), status


@blueprint.get("/work/mentoring/<slug:slug>/matching/runs/<int:number>/pairs")
@requires(Permission.MATCH)
def show_pair_reasons(slug: str, number: int) -> Answer:
    """Every pair there could be with its score in parts, or the rules that remove it; narrowed to one city where asked."""
    programme = programmes.open_programme(slug, actor=current_actor())
    run, chosen = matchings.get_run(programme, number), request.args.get("city", "")
    names = matchings.names_for(programme, current_language().code, run)
    codes = {code for each in run.outcome["all_pairs"] for code in (each["mentor"], each["mentee"])}
    return render_template(
        "mentoring/match_pairs.html",
        **programme_context(programme),
        run=run,
        pairs=matchings.pairs_of(run, city=chosen, page=request.args.get("page", 1, type=row_number) or 1),
        parts=reasons.PARTS,
        reasons=reasons,
        names=names,
        chosen=chosen,
        cities=sorted(((code, names.city(code)) for code in codes), key=lambda each: each[1]),
    )


@blueprint.post("/work/mentoring/<slug:slug>/matching/runs/<int:number>/check")
@requires(Permission.MATCH)
def check_run(slug: str, number: int) -> Answer:
    """Compute a run once more from what it started from, and say whether it repeats."""
    programme = programmes.open_programme(slug, actor=current_actor())
    if matchings.repeats_itself(matchings.get_run(programme, number)):
        flash(_("Computed again: the result and its checksum are the same."), "success")
    else:
        flash(_("Computed again: the result is not the same. Tell the network’s administrator."), "error")
    return redirect(url_for("mentoring.show_run", slug=slug, number=number), 303)


@blueprint.post("/work/mentoring/<slug:slug>/matching/runs/<int:number>/choose")
@requires(Permission.MATCH)
def choose_result(slug: str, number: int) -> Answer:
    """Choose a result, say why, and send the proposals."""
    programme = programmes.open_programme(slug, actor=current_actor())
    run, form = matchings.get_run(programme, number), ChoiceForm()
    if form.validate():
        try:
            made = matching.choose(programme, run, form.aim.data or "", why=form.why.data or "", actor=current_actor())
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
            return _run_page(programme, run, form, error.status)
        flash(_n("%(num)s proposal is on its way.", "%(num)s proposals are on their way.", len(made)), "success")
        return redirect(url_for("mentoring.show_run", slug=slug, number=number), 303)
    return _run_page(programme, run, form, UNPROCESSABLE)
