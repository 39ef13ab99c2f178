"""The composition root: everything is put together here, in an order that has its reasons."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from icportal.accounts import demonstration
from icportal.accounts import models as accounts_models
from icportal.accounts import rules as accounts_rules
from icportal.accounts import views as accounts_views
from icportal.charter import flow as charter_flow
from icportal.charter import models as charter_models
from icportal.charter import queries as charter_queries
from icportal.charter import rules as charter_rules
from icportal.charter import sections as charter_sections
from icportal.charter import tasks as charter_tasks
from icportal.charter import views as charter_views
from icportal.charter import worklists as charter_worklists
from icportal.cities import models as cities_models
from icportal.cities import rules as cities_rules
from icportal.cities import sections as cities_sections
from icportal.cities import views as cities_views
from icportal.cities import worklists as cities_worklists
from icportal.cms import views as cms_views
from icportal.config import ROOT, Mode, Settings, SettingsError
from icportal.content import desk as content_desk
from icportal.content import models as content_models
from icportal.content import rules as content_rules
from icportal.content.flow import CONTENT
from icportal.core import housekeeping, outbox, permissions, queue
from icportal.core.db import db
from icportal.extensions import csrf, login
from icportal.i18n import catalogues
from icportal.indicators import catalogue_worklists as indicators_catalogue_worklists
from icportal.indicators import flow as indicators_flow
from icportal.indicators import import_jobs as indicators_import_jobs
from icportal.indicators import kind as indicators_kind
from icportal.indicators import models as indicators_models
from icportal.indicators import rules as indicators_rules
from icportal.indicators import sections as indicators_sections
from icportal.indicators import timeline as indicators_timeline
from icportal.indicators import views as indicators_views
from icportal.indicators import worklists as indicators_worklists
from icportal.indicators.services import releasing as indicators_releasing
from icportal.mentoring import flow as mentoring_flow
from icportal.mentoring import jobs as mentoring_jobs
from icportal.mentoring import kind as mentoring_kind
from icportal.mentoring import models as mentoring_models
from icportal.mentoring import pairing_worklists as mentoring_pairing_worklists
from icportal.mentoring import pairings as mentoring_pairings
from icportal.mentoring import programme_worklists as mentoring_programme_worklists
from icportal.mentoring import programmes as mentoring_programmes
from icportal.mentoring import rated_factors as mentoring_rated_factors
from icportal.mentoring import rating_flow as mentoring_rating_flow
from icportal.mentoring import rating_worklists as mentoring_rating_worklists
from icportal.mentoring import rules as mentoring_rules
from icportal.mentoring import sections as mentoring_sections
from icportal.mentoring import timeline as mentoring_timeline
from icportal.mentoring import views as mentoring_views
from icportal.mentoring import visit_flow as mentoring_visit_flow
from icportal.mentoring import visit_origins as mentoring_visit_origins
from icportal.mentoring import visit_worklists as mentoring_visit_worklists
from icportal.plans import briefing as plans_briefing
from icportal.plans import flow as plans_flow
from icportal.plans import from_answers as plans_from_answers
from icportal.plans import models as plans_models
from icportal.plans import progress_jobs as plans_progress_jobs
from icportal.plans import remarks as plans_remarks
from icportal.plans import review_worklists as plans_review_worklists
from icportal.plans import rules as plans_rules
from icportal.plans import sections as plans_sections
from icportal.plans import timeline as plans_timeline
from icportal.plans import views as plans_views
from icportal.plans import worklists as plans_worklists
from icportal.plans.services import printing as plans_printing
from icportal.practices import kind as practices_kind
from icportal.practices import models as practices_models
from icportal.practices import rules as practices_rules
from icportal.practices import sections as practices_sections
from icportal.practices import tasks as practices_tasks
from icportal.practices import views as practices_views
from icportal.practices import worklists as practices_worklists
from icportal.reporting import evidence_jobs as reporting_evidence_jobs
from icportal.reporting import flow as reporting_flow
from icportal.reporting import models as reporting_models
from icportal.reporting import questionnaire_worklists
from icportal.reporting import report_flow as reporting_report_flow
from icportal.reporting import report_worklists as reporting_report_worklists
from icportal.reporting import round_jobs as reporting_round_jobs
from icportal.reporting import round_worklists as reporting_round_worklists
from icportal.reporting import rules as reporting_rules
from icportal.reporting import sections as reporting_sections
from icportal.reporting import timeline as reporting_timeline
from icportal.reporting import views as reporting_views
from icportal.reporting import worklists as reporting_worklists
from icportal.reporting.questionnaires import kind as questionnaires_kind
from icportal.reporting.report import kind as reporting_report_kind
from icportal.reporting.services import editions as reporting_editions
from icportal.reporting.services import handing_on as reporting_handing_on
from icportal.reporting.services import printing as reporting_printing
from icportal.toolkits import kind as toolkits_kind
from icportal.toolkits import models as toolkits_models
from icportal.toolkits import rules as toolkits_rules
from icportal.toolkits import sections as toolkits_sections
from icportal.toolkits import views as toolkits_views
from icportal.toolkits import worklists as toolkits_worklists
from icportal.web import errors, headers, navigation, page_cache, routing, templating
from icportal.web.cycle import Portal
from icportal.web.identity import Visitor
from icportal.web.sessions import PortalSessions
from icportal.workflow import definition, worklists
from icportal.workflow import models as workflow_models
from icportal.workflow import rules as workflow_rules
from icportal.workflow import views as workflow_views

#: Every table is known before the first mapper is configured; migrations read the same list.
MODELS = (
    accounts_models,
    charter_models,
    cities_models,
    content_models,
    indicators_models,
    mentoring_models,
    plans_models,
    practices_models,
    reporting_models,
    toolkits_models,
    workflow_models,
)

BLUEPRINTS = (
    cms_views.blueprint,
    accounts_views.blueprint,
    workflow_views.blueprint,
    content_desk.blueprint,
    cities_views.blueprint,
    charter_views.blueprint,
    practices_views.blueprint,
    indicators_views.blueprint,
    toolkits_views.blueprint,
    reporting_views.blueprint,
    plans_views.blueprint,
    mentoring_views.blueprint,
)


def create_app(settings: Settings | None = None, *, migrations: bool = True) -> Flask:
    """The portal for one installation. A server that only answers needs no ``migrations`` and saves their memory.

    Raises:
        SettingsError: a setting is missing, wrong or unsafe.
    """
    settings = settings or Settings.load()
    app = Portal("icportal", template_folder="web/templates", static_folder="web/static", instance_path=str(settings.instance))
    _configure(app, settings)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]
    db.init_app(app)
    if migrations:
        from flask_migrate import Migrate  # commands only: a server does without

        Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    catalogues.init_app(app)
    login.init_app(app)
    login.anonymous_user = Visitor
    login.session_protection = None
    csrf.init_app(app)
    outbox.set_language_switch(catalogues.in_language)
    _register_rules()
    routing.init_app(app)
    page_cache.init_app(app, enabled=settings.page_cache)
    headers.init_app(app, secure=settings.base_url.startswith("https://"))
    errors.init_app(app)
    templating.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint, url_prefix=routing.PREFIX + (blueprint.url_prefix or ""))
    _register_menu()
    _register_sections()
    _register_work()
    accounts_views.init_app(app)
    workflow_views.init_app(app)
    demonstration.refuse_in_production(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    secure = settings.base_url.startswith("https://")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        TESTING=settings.mode is Mode.TEST,
        MAX_CONTENT_LENGTH=settings.upload_limit + 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=1000,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=secure,
        TRUSTED_HOSTS=_trusted_hosts(settings),
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.session_interface = PortalSessions(
        secret_key=settings.secret_key, secure=secure, idle=settings.session_idle, lifetime=settings.session_lifetime
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _trusted_hosts(settings: Settings) -> list[str] | None:
    """The names the portal answers to: those set, and in production none but its own."""
    own = [urlsplit(settings.base_url).hostname or ""] if settings.mode is Mode.PRODUCTION else []
    return list(settings.trusted_hosts) or own or None


def _engine_options(settings: Settings) -> dict[str, object]:
    # All statements of the portal stay compiled: there are more than the library keeps by itself.
    shared = {"query_cache_size": 2000}
    if settings.sqlalchemy_url.startswith("sqlite"):
        return {**shared, "connect_args": {"timeout": 10}}
    return {**shared, "pool_pre_ping": True, "pool_size": 5}


def _register_rules() -> None:
    permissions.register(queue.RULES)
    permissions.register(outbox.RULES)
    for rules in (
        workflow_rules,
        accounts_rules,
        content_rules,
        cities_rules,
        charter_rules,
        practices_rules,
        indicators_rules,
        toolkits_rules,
        reporting_rules,
        plans_rules,
        mentoring_rules,
    ):
        permissions.register(rules.RULES, hidden=getattr(rules, "HIDDEN", frozenset()))
    definition.register(CONTENT)
    definition.register(charter_flow.SIGNATURE)
    definition.register(indicators_flow.DELIVERY)
    definition.register(reporting_flow.ROUND)
    definition.register(reporting_flow.RESPONSE)
    definition.register(plans_flow.ACTION)
    definition.register(plans_flow.PLAN)
    definition.register(plans_flow.PROGRESS)
    definition.register(mentoring_flow.PROGRAMME)
    definition.register(mentoring_flow.APPLICATION)
    definition.register(mentoring_flow.PAIRING)
    definition.register(mentoring_visit_flow.VISIT)
    definition.register(mentoring_rating_flow.RATING)
    definition.register(reporting_report_flow.REPORT)


def _register_menu() -> None:
    for views in (
        workflow_views,
        cities_views,
        charter_views,
        practices_views,
        indicators_views,
        toolkits_views,
        reporting_views,
        plans_views,
        mentoring_views,
        accounts_views,
        cms_views,
    ):
        navigation.register(*views.MENU)


def _register_sections() -> None:
    """The city page and the page of a commitment are put together by the packages above them, in this order."""
    cities_sections.register_memberships(charter_queries.memberships)
    cities_sections.register("reporting", reporting_sections.what_the_city_reports)
    cities_sections.register("commitments", reporting_sections.commitments_of_city)
    cities_sections.register("plan", plans_sections.plan_of_city)
    cities_sections.register("mentoring", mentoring_sections.mentoring_of_city)
    cities_sections.register("signatures", charter_sections.signatures)
    cities_sections.register("practices", practices_sections.practices_of_city)
    cities_sections.register("indicators", indicators_sections.indicators_of_city)
    cities_sections.register("badge", charter_sections.badge)
    charter_sections.COMMITMENT.register("practices", practices_sections.practices_of_commitment)
    charter_sections.COMMITMENT.register("toolkits", toolkits_sections.toolkits_of_commitment)
    charter_sections.COMMITMENT.register("indicators", indicators_sections.indicators_of_commitment)


def _register_work() -> None:
    housekeeping.register()
    practices_kind.register()
    indicators_kind.register()
    questionnaires_kind.register()
    toolkits_kind.register()
    mentoring_kind.register()
    reporting_report_kind.register()
    worklists.register("cities", cities_worklists.provide)
    worklists.register("charter", charter_worklists.provide)
    worklists.register("toolkits", toolkits_worklists.provide)
    worklists.register("practices", practices_worklists.provide)
    worklists.register("indicators", indicators_worklists.provide)
    worklists.register("catalogue", indicators_catalogue_worklists.provide)
    worklists.register("questionnaires", questionnaire_worklists.provide)
    worklists.register("reporting", reporting_worklists.provide)
    worklists.register("reporting_rounds", reporting_round_worklists.provide)
    worklists.register("plan_reviews", plans_review_worklists.provide)
    worklists.register("plans", plans_worklists.provide)
    worklists.register("mentoring_pairings", mentoring_pairing_worklists.provide)
    worklists.register("mentoring_visits", mentoring_visit_worklists.provide)
    worklists.register("mentoring_ratings", mentoring_rating_worklists.provide)
    worklists.register("mentoring_programmes", mentoring_programme_worklists.provide)
    worklists.register("reporting_reports", reporting_report_worklists.provide)
    charter_tasks.register()
    practices_tasks.register()
    indicators_timeline.register()
    reporting_timeline.register()
    indicators_import_jobs.register()
    indicators_releasing.register()
    reporting_round_jobs.register()
    reporting_handing_on.register_practices()
    plans_from_answers.register()
    plans_briefing.register()
    plans_printing.register()
    plans_remarks.register()
    plans_timeline.register()
    mentoring_timeline.register()
    plans_progress_jobs.register()
    plans_rules.register_mentors(mentoring_pairings.mentors_of, mentoring_pairings.mentees_of)
    mentoring_rules.register_facilitators(mentoring_programmes.facilitates)
    mentoring_visit_origins.register()
    mentoring_rated_factors.register()
    mentoring_jobs.register()
    reporting_evidence_jobs.register()
    reporting_editions.register()
    reporting_printing.register()


__all__ = ["SettingsError", "create_app"]
