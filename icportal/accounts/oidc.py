"""Sign-in at a city's own identity provider by OpenID Connect.

Authlib speaks the protocol: discovery, PKCE, state, nonce and the signature of the token. Added here is what it leaves
out: the issuer has to be the configured one in the discovery document, in the token and (RFC 9207) in the answer; only
public-key signatures count; and whatever a provider does wrong ends in one sentence for the person.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, request, session

from icportal.config import IdentityProvider
from icportal.core.errors import DomainError, NotFound
from icportal.core.installation import settings
from icportal.core.strings import Text, _
from icportal.i18n.locales import DEFAULT
from icportal.web.routing import external_url

log = logging.getLogger(__name__)

EXTENSION = "icportal.oidc"
PATIENCE = 10
BEGUN_HOLDS = 15 * 60
LEEWAY = 60
SIGN_IN, LINK = "sign-in", "link"
PUBLIC_KEY_SIGNATURES = frozenset(
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "Ed448"]
)
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderFailed(DomainError):
    """The sign-in at the provider came to nothing; the message says why and what to do."""

    status = 400


@dataclass(frozen=True)
class Begun:
    """What was kept in the session when the person left for the provider."""

    purpose: str
    user_id: int | None
    target: str | None
    language: str


@dataclass(frozen=True)
class Proof:
    """Who the provider says it is, and what for the person had left."""

    issuer: str
    subject: str
    label: str
    begun: Begun


def init_app(app: Flask) -> None:
    """Make a client for every configured provider. None is asked anything before somebody wants to sign in with it."""
    providers = app.config["SETTINGS"].identity_providers
    if not providers:
        return
    # Large, and of no use to a portal without providers.
    from authlib.integrations.flask_client import OAuth

    oauth = OAuth()
    oauth.init_app(app)
    for provider in providers:
        oauth.register(
            name=provider.key,
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            server_metadata_url=provider.issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={"scope": provider.scope, "code_challenge_method": "S256", "default_timeout": PATIENCE},
        )
    app.extensions[EXTENSION] = oauth


def get_provider(key: str) -> IdentityProvider:
    """The configured provider of this name.

    Raises:
        NotFound: there is none.
    """
    for provider in settings().identity_providers:
        if provider.key == key:
            return provider
    raise NotFound(_("There is no such way to sign in."))


def provider_label(issuer: str) -> str:
    """How people know this issuer."""
    return next((provider.label for provider in settings().identity_providers if provider.issuer == issuer), issuer)


def callback_url(provider: IdentityProvider) -> str:
    """The address to register with the provider: one for all languages."""
    return external_url("accounts.oidc_callback", language=DEFAULT, provider=provider.key)


def begin(
    provider: IdentityProvider, *, purpose: str, language: str, user_id: int | None = None, target: str | None = None
) -> str:
    """The provider's address to send the person to. What is needed when they come back is kept in their session.

    Raises:
        ProviderFailed: the provider does not answer, or not as itself.
    """
    with _plain_failures(provider):
        client = _client(provider)
        asked = client.create_authorization_url(callback_url(provider))
        # Only the last one begun counts: the session of a visitor is a cookie and has to stay small.
        for key in [key for key in session if key.startswith("_state_")]:
            session.pop(key)
        client.framework.set_state_data(
            session,
            asked["state"],
            {
                "nonce": asked["nonce"], "code_verifier": asked["code_verifier"], "until": time.time() + BEGUN_HOLDS,
                "purpose": purpose, "user": user_id, "target": target, "language": language,
            },
        )  # fmt: skip
        return str(asked["url"])


def begun(provider: IdentityProvider) -> Begun | None:
    """What the answer in this request belongs to, if it was begun in this browser."""
    data = _state(provider)
    return Begun(data["purpose"], data["user"], data["target"], data["language"]) if data else None


def finish(provider: IdentityProvider) -> Proof:
    """Check the provider's answer in this request, and fetch and check its token. The answer is used up.

    Raises:
        ProviderFailed: in words, whatever was wrong.
    """
    data = _state(provider)
    if data is None or data["until"] < time.time():
        raise ProviderFailed(
            _("This sign-in was not begun in this browser, took too long or was finished before. Please begin again.")
        )
    client = _registered(provider)
    client.framework.clear_state_data(session, request.args["state"])
    with _plain_failures(provider):
        _require_answer_of(provider, _client(provider).server_metadata)
        token = client.fetch_access_token(
            redirect_uri=callback_url(provider),
            code=request.args["code"],
            code_verifier=data["code_verifier"],
            grant_type="authorization_code",
        )
        claims = _claims(client, provider, token, data["nonce"])
    label = claims.get("preferred_username") or claims.get("email") or claims.get("name") or claims["sub"]
    return Proof(
        provider.issuer, claims["sub"], str(label), Begun(data["purpose"], data["user"], data["target"], data["language"])
    )


def _require_answer_of(provider: IdentityProvider, metadata: dict[str, Any]) -> None:
    issuer = request.args.get("iss")
    if issuer is None and metadata.get("authorization_response_iss_parameter_supported"):
        raise ProviderFailed(_no_trust(provider))
    if issuer is not None and issuer != provider.issuer:
        raise ProviderFailed(_no_trust(provider))
    if request.args.get("error") == "access_denied":
        raise ProviderFailed(_("The sign-in at %(provider)s was cancelled. Nothing was changed.", provider=provider.label))
    if "error" in request.args or not request.args.get("code"):
        raise ProviderFailed(
            _("%(provider)s could not sign you in. Try again later, or sign in with your password.", provider=provider.label)
        )


def _claims(client: Any, provider: IdentityProvider, token: dict[str, Any], nonce: str) -> dict[str, Any]:
    required = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
        "sub": {"essential": True},
        "nonce": {"essential": True, "value": nonce},
    }
    claims = client.parse_id_token(token, nonce=nonce, claims_options=required, leeway=LEEWAY)
    if claims is None or not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise ProviderFailed(_no_trust(provider))
    return dict(claims)


def _registered(provider: IdentityProvider) -> Any:
    return current_app.extensions[EXTENSION].create_client(provider.key)


def _client(provider: IdentityProvider) -> Any:
    """The client, once the provider has said what it is and that is what was configured."""
    client = _registered(provider)
    metadata = client.load_server_metadata()
    try:
        _require_metadata_of(provider, metadata)
    except ProviderFailed:
        # Kept it would be believed at the next try.
        metadata.clear()
        raise
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [name for name in offered if name in PUBLIC_KEY_SIGNATURES]
    return client


def _require_metadata_of(provider: IdentityProvider, metadata: dict[str, Any]) -> None:
    secure = urlsplit(provider.issuer).scheme == "https"
    if metadata.get("issuer") != provider.issuer or (not secure and not settings().demo):
        raise ProviderFailed(_no_trust(provider))
    for name in ENDPOINTS:
        if urlsplit(str(metadata.get(name, ""))).scheme not in ({"https"} if secure else {"https", "http"}):
            raise ProviderFailed(_no_trust(provider))


def _state(provider: IdentityProvider) -> dict[str, Any] | None:
    data: dict[str, Any] | None = _registered(provider).framework.get_state_data(session, request.args.get("state", ""))
    return data


def _no_trust(provider: IdentityProvider) -> Text:
    return _(
        "The answer of %(provider)s cannot be trusted, so it was not used. Tell the administrator of the portal.",
        provider=provider.label,
    )


@contextmanager
def _plain_failures(provider: IdentityProvider) -> Iterator[None]:
    """Whatever a provider answers, nobody gets to see more than a sentence of ours."""
    from requests import RequestException  # only where a provider is asked: it is slow to load

    try:
        yield
    except DomainError as error:
        log.warning("sign-in with %s: %s", provider.key, error)
        raise
    except RequestException as error:
        log.warning("sign-in with %s: it cannot be reached: %s", provider.key, error)
        raise ProviderFailed(
            _("%(provider)s cannot be reached now. Try again later, or sign in with your password.", provider=provider.label)
        ) from None
    except Exception:
        log.warning("sign-in with %s: its answer was refused", provider.key, exc_info=True)
        raise ProviderFailed(_no_trust(provider)) from None
