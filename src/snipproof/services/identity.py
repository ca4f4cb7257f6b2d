"""A stand-in for an identity provider that speaks OpenID Connect, with the paths of Keycloak.

It has one client and the users of the settings, and signs tokens with a key that exists for one session only. Pure but
for :func:`start_identity`. https://openid.net/specs/openid-connect-core-1_0.html and RFC 6749 (OAuth 2.0).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from snipproof.config import OidcSettings, Settings
from snipproof.errors import SettingsError
from snipproof.services.network.documented import (
    HTTP,
    HTTPS,
    IDENTITY_ADDRESS,
    WEAVIATE_ADDRESS,
    DocumentedNetwork,
)
from snipproof.services.network.hosts import ServedHosts
from snipproof.services.network.namespace import NamespaceError

LIFETIME = 12 * 3600
"""Seconds for which a token is valid: longer than any run."""
_MAX_FORM = 1_000_000  # bytes
_GRANTS = ("password", "client_credentials", "refresh_token")
_TOKEN, _CERTIFICATES = "/protocol/openid-connect/token", "/protocol/openid-connect/certs"

Reply = tuple[int, dict[str, Any]]
"""A status and a JSON body."""


class _Granted(NamedTuple):
    user: str
    scope: str


class IdentityProvider:
    """Answers the requests to the provider that ``settings`` describe.

    :param settings: with an issuer.
    """

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        self._issuer = settings.issuer
        self._base = urlsplit(settings.issuer).path.rstrip("/")
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        numbers = self._key.public_key().public_numbers()
        self._public = {"n": _number(numbers.n), "e": _number(numbers.e)}
        self._key_id = hashlib.sha256(self._public["n"].encode()).hexdigest()[:16]
        self._refresh: dict[str, _Granted] = {}

    def answer(self, method: str, path: str, form: Mapping[str, str], authorization: str = "") -> Reply:
        """Return the reply to a request.

        :param form: the fields of the body.
        :param authorization: the header of that name.
        """
        root = self._issuer.rstrip("/")
        # Docs check that the realm exists, and Keycloak's own one.
        realms = {"", "/", self._base, f"{self._base.rpartition('/')[0]}/master"}
        if path == f"{self._base}{_TOKEN}":
            return self._token(form, authorization) if method == "POST" else _error(405, "invalid_request", "use POST")
        if method not in ("GET", "HEAD"):
            return _error(404, "not_found", f"the stand-in does not know {method} {path}")
        if path == f"{self._base}/.well-known/openid-configuration":
            return 200, {
                "issuer": self._issuer,
                "token_endpoint": root + _TOKEN,
                "jwks_uri": root + _CERTIFICATES,
                "authorization_endpoint": f"{root}/protocol/openid-connect/auth",
                "grant_types_supported": list(_GRANTS),
                "response_types_supported": ["code", "id_token", "token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "claims_supported": ["sub", "iss", "aud", "preferred_username", "email", "groups"],
            }
        if path == f"{self._base}{_CERTIFICATES}":
            key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self._key_id, **self._public}
            return 200, {"keys": [key]}
        if path.rstrip("/") in realms:
            return 200, {"realm": path.rpartition("/")[2], "token-service": f"{root}/protocol/openid-connect"}
        return _error(404, "not_found", f"the stand-in does not know {method} {path}")

    def tokens(self, user: str, scope: str = "openid") -> dict[str, Any]:
        """Return new tokens of ``user``, as the token endpoint does."""
        refresh = secrets.token_urlsafe(24)
        self._refresh[refresh] = _Granted(user, scope)
        reply = {
            "access_token": self._signed(user, "Bearer", scope),
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "refresh_token": refresh,
            "refresh_expires_in": LIFETIME,
            "scope": scope,
        }
        return reply | ({"id_token": self._signed(user, "ID", scope)} if "openid" in scope.split() else {})

    def _token(self, form: Mapping[str, str], authorization: str) -> Reply:
        client, secret = _basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
        settings = self._settings
        if client != settings.client_id:
            return _error(401, "invalid_client", f"the only client is {settings.client_id!r}, not {client!r}")
        if secret and settings.client_secret not in ("", secret):
            return _error(401, "unauthorized_client", "the client secret is another one than oidc.client-secret")
        granted = self._granted(form, f"service-account-{client}" if secret else "")
        return granted if not isinstance(granted, _Granted) else (200, self.tokens(*granted))

    def _granted(self, form: Mapping[str, str], client: str) -> _Granted | Reply:
        """Return whose tokens a form requests, or why it gets none.

        :param client: the user of the client, empty if it has not shown its secret.
        """
        scope, error = form.get("scope", "openid"), ""
        match form.get("grant_type", ""):
            case "password":
                user = form.get("username", "")
                is_right = user in self._settings.users and self._settings.users[user] == form.get("password")
                error = "" if is_right else f"oidc.users has no user {user!r} with this password"
            case "client_credentials":
                user = client
                error = "" if client else "client_credentials requires a client secret"
            case "refresh_token":
                user, scope = self._refresh.get(form.get("refresh_token", ""), _Granted("", ""))
                error = "" if user else "an unknown refresh token: it is not of this run"
            case other:
                return _error(400, "unsupported_grant_type", f"{other!r} is not one of {', '.join(_GRANTS)}")
        return _error(401, "invalid_grant", error) if error else _Granted(user, scope)

    def _signed(self, user: str, kind: str, scope: str) -> str:
        """Return a JSON Web Token (RFC 7519), signed with RSA and SHA-256."""
        now, client = int(time.time()), self._settings.client_id
        claims = {
            "iss": self._issuer,
            "sub": user,
            "aud": [client, "account"],
            "azp": client,
            "iat": now,
            "exp": now + LIFETIME,
            "jti": secrets.token_hex(16),
            "typ": kind,
            "preferred_username": user,
            "email": user if "@" in user else f"{user}@example.com",
            "scope": scope,
        }
        if groups := self._settings.groups.get(user):
            claims["groups"] = list(groups)
        head = {"alg": "RS256", "typ": "JWT", "kid": self._key_id}
        signed = ".".join(_encoded(json.dumps(part).encode()) for part in (head, claims))
        return f"{signed}.{_encoded(self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def start_identity(settings: Settings, network: DocumentedNetwork) -> ServedHosts:
    """Serve the provider of ``settings.oidc`` in ``network``, where its host exists from now on.

    The values of ``{oidc.access_token}`` and ``{oidc.refresh_token}`` are those of the first user.

    :raises SettingsError: its port is that of another Service.
    """
    provider = IdentityProvider(settings.oidc)

    class Handler(_Handler):
        identity = provider

    parts = urlsplit(settings.oidc.issuer)
    host, secure = (parts.hostname or "").lower(), parts.scheme == "https"
    port = parts.port or (HTTPS if secure else HTTP)
    address = WEAVIATE_ADDRESS if host == "localhost" else IDENTITY_ADDRESS
    try:
        served = ServedHosts(network, Handler, host.__eq__, address, (port,), (port,) if secure else ())
    except NamespaceError as error:
        place = settings.origin("oidc", "issuer")
        raise SettingsError(f"{place} port {port} of {host} cannot be used: {error}") from None
    if user := next(iter(settings.oidc.users), ""):
        tokens = provider.tokens(user)
        network.addresses |= {f"oidc.{key}": tokens[key] for key in ("access_token", "refresh_token")}
    return served


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    identity: IdentityProvider

    def do_GET(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdecimal()) or int(length[:9]) > _MAX_FORM:
            self.close_connection = True
            self._send(*_error(413, "invalid_request", "expected a form with a Content-Length of up to 1 MB"))
            return
        text = self.rfile.read(int(length)).decode("utf-8", "replace")
        form = dict(parse_qsl(text, keep_blank_values=True))
        path = urlsplit(self.path).path
        self._send(*self.identity.answer(self.command, path, form, self.headers.get("Authorization", "")))

    def do_POST(self) -> None:
        self.do_GET()

    def do_HEAD(self) -> None:
        self.do_GET()

    def _send(self, status: int, body: Mapping[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is the base class's)
        """Log nothing."""


def _error(status: int, error: str, description: str) -> Reply:
    return status, {"error": error, "error_description": f"snipproof: {description}"}


def _basic(authorization: str) -> tuple[str, str] | None:
    """Return the client and its secret of an ``Authorization`` header, ``None`` if it has none (RFC 6749, 2.3.1)."""
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return unquote_plus(name), unquote_plus(secret)


def _number(number: int) -> str:
    return _encoded(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
