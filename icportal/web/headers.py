"""Headers of every answer, whatever its status."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

from icportal.web.identity import current_actor

ALWAYS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
]


def csp_nonce() -> str:
    """The nonce scripts of this answer carry."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def content_security_policy(nonce: str) -> str:
    return (
        "default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'; object-src 'none'; require-trusted-types-for 'script'"
    )


def init_app(app: Flask, *, secure: bool) -> None:
    app.jinja_env.globals["csp_nonce"] = csp_nonce

    always = [*ALWAYS, ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")] if secure else ALWAYS

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        present = {name.lower() for name, _value in headers}
        policy = ("Content-Security-Policy", content_security_policy(csp_nonce()))
        headers.extend([(name, value) for name, value in (policy, *always) if name.lower() not in present])
        if request.endpoint != "static":
            if current_actor().is_signed_in or request.method not in {"GET", "HEAD"} or response.status_code >= 400:  # noqa: PLR2004
                headers["Cache-Control"] = "no-store"
            else:
                headers.setdefault("Cache-Control", "no-cache")
            if "vary" in present:
                response.vary.update(["Cookie", "Accept-Encoding"])
            else:
                headers["Vary"] = "Cookie, Accept-Encoding"
        return response
