"""Forms of accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, EmailField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from icportal.accounts import queries
from icportal.accounts.enums import MAIL_PREFERENCES, ROLE_NAMES, Permission
from icportal.accounts.passwords import LONGEST_BYTES, SHORTEST
from icportal.core.actors import Actor
from icportal.core.installation import settings
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import sorted_by_name
from icportal.i18n.locales import CONTENT_LANGUAGES, offered
from icportal.web.forms import PortalForm, at_most, chosen, required

LONGEST_ADDRESS, LONGEST_NAME = 254, 200
NO_ADDRESS = _l("Enter the mail address.")
NO_NAME = _l("Enter your name as others should read it.")
NO_PASSWORD = _l("Enter a password.")
PASSWORD_HINT = _l("At least %(least)s characters. Several words are easy to keep in mind.", least=SHORTEST)


def _choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


class SignInForm(PortalForm):
    email = EmailField(_l("Mail address"), validators=[required(NO_ADDRESS), at_most(LONGEST_ADDRESS)])
    password = PasswordField(_l("Password"), validators=[required(_l("Enter your password."))])


class ForgotPasswordForm(PortalForm):
    email = EmailField(_l("Mail address of your account"), validators=[required(NO_ADDRESS), at_most(LONGEST_ADDRESS)])


class ResetPasswordForm(PortalForm):
    password = PasswordField(
        _l("New password"), description=PASSWORD_HINT, validators=[required(NO_PASSWORD), at_most(LONGEST_BYTES)]
    )


class ChangePasswordForm(PortalForm):
    current = PasswordField(_l("Present password"), validators=[required(_l("Enter your present password."))])
    password = PasswordField(
        _l("New password"), description=PASSWORD_HINT, validators=[required(NO_PASSWORD), at_most(LONGEST_BYTES)]
    )


class AcceptInvitationForm(PortalForm):
    name = StringField(_l("Your name"), validators=[required(NO_NAME), at_most(LONGEST_NAME)])
    language = SelectField(_l("Language of the portal and of its mails"))
    password = PasswordField(
        _l("Password"), description=PASSWORD_HINT, validators=[required(NO_PASSWORD), at_most(LONGEST_BYTES)]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = _choices(_interface_languages())


class ProfileForm(PortalForm):
    name = StringField(_l("Your name"), validators=[required(NO_NAME), at_most(LONGEST_NAME)])
    language = SelectField(_l("Language of the portal and of its mails"))
    mail_preference = RadioField(
        _l("Mail from the portal"),
        choices=_choices(MAIL_PREFERENCES.items()),
        validators=[chosen(_l("Choose how often you want to hear from the portal."))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = _choices(_interface_languages())


def _number(value: Any) -> int | None:
    return int(value) if value else None


def _text_or_none(value: Any) -> str | None:
    return str(value) if value else None


class GiveRoleForm(PortalForm):
    """Which role, and where it is to hold; only what the actor may give is offered."""

    role = SelectField(_l("Role"))
    city_id = SelectField(_l("City"), description=_l("For the mayor's office and city officers."), coerce=_number)
    role_language = SelectField(
        _l("Language of the role"), description=_l("For translators and reviewers."), coerce=_text_or_none
    )

    def __init__(self, *args: Any, actor: Actor, permission: str = Permission.GRANT, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = queries.givable_roles(actor, Permission(permission))
        needed = {queries.scope_needed(role) for role in roles}
        here = current_language()
        self.role.choices = _choices((role.value, ROLE_NAMES[role]) for role in roles)
        cities = queries.cities_to_choose(actor, here.code)
        self.city_id.choices = _choices(cities if len(cities) == 1 else [("", _("none")), *cities])
        languages = [(code, language.name_in(here)) for code, language in CONTENT_LANGUAGES.items()]
        self.role_language.choices = _choices([("", _("none")), *sorted_by_name(languages, lambda pair: pair[1])])
        if "language" not in needed:
            del self.role_language
        if "city" not in needed:
            del self.city_id


class InviteForm(GiveRoleForm):
    email = EmailField(_l("Mail address"), validators=[required(NO_ADDRESS), at_most(LONGEST_ADDRESS)])
    name = StringField(_l("Name"), validators=[at_most(LONGEST_NAME)])
    language = SelectField(_l("Language of the mail"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, permission=Permission.INVITE, **kwargs)
        self.language.choices = _choices(_interface_languages())


class DecideMailForm(PortalForm):
    send_again = BooleanField(_l("Send it again"))


def _interface_languages() -> list[tuple[str, str]]:
    return [(language.code, language.autonym) for language in offered(with_pseudo=settings().demo)]
