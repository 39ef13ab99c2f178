"""An OpenID Connect provider that does wrong on purpose, over real HTTP.

``misdeed`` says what it does wrong next; without one it is as correct as the package's own provider.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "portal", "a secret of thirty-two characters!"
OTHER_ISSUER = "http://localhost:1/other"

#: What a misdeed changes in the claims of the token.
CLAIMS: dict[str, dict[str, Any]] = {
    "token names another issuer": {"iss": OTHER_ISSUER},
    "all name another issuer": {"iss": OTHER_ISSUER},
    "token is for another client": {"aud": "somebody else"},
    "token is for two and says not for whom": {"aud": ["somebody else", "a third"]},
    "another nonce": {"nonce": "another"},
    "sub is a number": {"sub": 7},
    "sub is empty": {"sub": ""},
}
SHIFTED = {"token is expired": -1000, "token is from the future": 5000}
LACKING = {"no nonce", "no sub", "no exp", "no iss", "no aud"}


class HostileProvider:
    """Signs ``mallory`` in, in whatever way ``misdeed`` asks for."""

    def __init__(self) -> None:
        self.misdeed = ""
        self.issuer = ""
        self.requests: list[str] = []
        self.nonces: dict[str, str] = {}
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.other_key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})

    def configuration(self) -> dict[str, Any]:
        here = self.issuer
        algorithms = ["RS256", "HS256", "none"]
        found = {
            "issuer": OTHER_ISSUER if self.misdeed in {"discovery names another issuer", "all name another issuer"} else here,
            "authorization_endpoint": f"{here}/authorize",
            "token_endpoint": f"{here}/token",
            "jwks_uri": f"{here}/keys",
            "id_token_signing_alg_values_supported": algorithms,
            "authorization_response_iss_parameter_supported": self.misdeed == "promised iss is missing",
        }
        if self.misdeed == "discovery lacks an endpoint":
            del found["token_endpoint"]
        if self.misdeed == "endpoint is a file":
            found["token_endpoint"] = "file:///etc/passwd"
        return found

    def authorize(self, query: dict[str, str]) -> str:
        """Where the provider sends the person, who signs in at once."""
        code = secrets.token_urlsafe(8)
        self.nonces[code] = query["nonce"]
        answer = {"code": code, "state": query["state"]}
        match self.misdeed:
            case "answer names another issuer":
                answer["iss"] = "http://evil.example"
            case "answer names the right issuer":
                answer["iss"] = self.issuer
            case "person cancels":
                answer = {"error": "access_denied", "state": query["state"]}
            case "error with words of its own":
                answer = {"error": "server_error", "error_description": "<b>call 0900 123</b>", "state": query["state"]}
            case "no code":
                answer = {"state": query["state"]}
            case "wrong state":
                answer["state"] = "made-up"
            case "no state":
                del answer["state"]
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str]) -> Any:
        """The answer of the token endpoint."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer, "sub": "mallory", "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": self.nonces.get(form.get("code", ""), ""), "email": "olga@city.example", "email_verified": True,
        }  # fmt: skip
        claims |= CLAIMS.get(self.misdeed, {})
        if self.misdeed in SHIFTED:
            claims |= {"iat": now + SHIFTED[self.misdeed], "exp": now + SHIFTED[self.misdeed] + 300}
        if self.misdeed in LACKING:
            del claims[self.misdeed.removeprefix("no ")]
        answer: dict[str, Any] = {"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": self.signed(claims)}
        match self.misdeed:
            case "no token":
                del answer["id_token"]
            case "token is no token":
                answer["id_token"] = "a.b.c"
            case "token is a list":
                return [answer]
            case "token answer is an error":
                return {"error": "invalid_grant"}
        return answer

    def signed(self, claims: dict[str, Any]) -> str:
        key: Any = self.other_key if self.misdeed == "another key" else self.key
        algorithm = "RS256"
        if self.misdeed in {"signed with the secret", "signed with the public key"}:
            algorithm = "HS256"
            key = OctKey.import_key(SECRET if self.misdeed.endswith("secret") else self.key.as_pem(private=False))
        signed = jwt.encode({"alg": algorithm, "kid": "one"}, claims, key, algorithms=[algorithm])
        return f"eyJhbGciOiJub25lIn0.{signed.split('.')[1]}." if self.misdeed == "not signed" else signed


class _Handler(BaseHTTPRequestHandler):
    provider: HostileProvider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.provider.requests.append(parts.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        match parts.path:
            case "/.well-known/openid-configuration":
                body = b"<html>" if self.provider.misdeed == "discovery is a web page" else None
                self.answer(self.provider.configuration(), 503 if self.provider.misdeed == "discovery fails" else 200, body)
            case "/keys":
                self.answer({"keys": [self.provider.key.as_dict(private=False)]})
            case "/authorize":
                self.send_response(302)
                self.send_header("Location", self.provider.authorize(query))
                self.end_headers()
            case _:
                self.send_error(404)

    def do_POST(self) -> None:
        form = {key: values[0] for key, values in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}
        self.provider.requests.append("/token")
        body = b"{" if self.provider.misdeed == "token answer is broken" else None
        self.answer(self.provider.token(form), 500 if self.provider.misdeed == "token answer fails" else 200, body)

    def answer(self, value: Any, status: int = 200, body: bytes | None = None) -> None:
        content = json.dumps(value).encode() if body is None else body
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def hostile_provider() -> Iterator[HostileProvider]:
    """The provider on loopback for as long as the block lasts."""
    provider = HostileProvider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    provider.issuer = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
