"""The stand-in for an identity provider: which requests get tokens, and what is in them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from snipproof.config import OidcSettings
from snipproof.services.identity import IdentityProvider

ISSUER = "https://auth.example.com/realms/docs"
TOKEN = "/realms/docs/protocol/openid-connect/token"
PASSWORD = {"grant_type": "password", "client_id": "weaviate", "username": "ann", "password": "pass word"}
CLIENT = {"grant_type": "client_credentials", "client_id": "weaviate", "client_secret": "s3cret"}


@pytest.fixture(scope="module")
def provider() -> IdentityProvider:
    return IdentityProvider(OidcSettings(ISSUER, "weaviate", "s3cret", {"ann": "pass word"}, {"ann": ("/admins",)}))


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def claims_of(provider: IdentityProvider, token: str) -> dict[str, Any]:
    """Return the claims of a token, whose signature is checked with the key that the provider publishes."""
    configuration = provider.answer("GET", "/realms/docs/.well-known/openid-configuration", {})[1]
    assert configuration["issuer"] == ISSUER
    (key,) = provider.answer("GET", configuration["jwks_uri"].removeprefix("https://auth.example.com"), {})[1]["keys"]
    modulus, exponent = (int.from_bytes(decoded(key[name]), "big") for name in "ne")
    head, body, signature = token.split(".")
    public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    public.verify(decoded(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    assert json.loads(decoded(head))["kid"] == key["kid"]
    return dict(json.loads(decoded(body)))


def test_each_grant_gives_tokens_of_its_user(provider: IdentityProvider) -> None:
    """Signed with the published key; a refresh token is exchanged for new ones, and has no end."""
    status, found = provider.answer("POST", TOKEN, {**PASSWORD, "scope": "openid email"})
    assert (status, found["token_type"]) == (200, "Bearer")
    claims = claims_of(provider, found["access_token"])
    assert {key: claims[key] for key in ("iss", "sub", "preferred_username", "email", "groups", "aud")} == {
        "iss": ISSUER,
        "sub": "ann",
        "preferred_username": "ann",
        "email": "ann@example.com",
        "groups": ["/admins"],
        "aud": ["weaviate", "account"],
    }
    assert claims["exp"] - claims["iat"] == found["expires_in"]
    assert claims_of(provider, found["id_token"])["typ"] == "ID"
    refresh = {"grant_type": "refresh_token", "client_id": "weaviate", "refresh_token": found["refresh_token"]}
    again = provider.answer("POST", TOKEN, refresh)[1]
    assert claims_of(provider, again["access_token"])["sub"] == "ann"
    assert again["access_token"] != found["access_token"]
    basic = "Basic " + base64.b64encode(b"weaviate:s3cret").decode()
    for form, header in ((CLIENT, ""), ({"grant_type": "client_credentials", "scope": "x"}, basic)):
        status, found = provider.answer("POST", TOKEN, form, header)
        assert claims_of(provider, found["access_token"])["sub"] == "service-account-weaviate"
        assert "groups" not in claims_of(provider, found["access_token"])


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"password": "other"}, 401, "oidc.users has no user 'ann' with this password"),
        ({"username": "bob"}, 401, "oidc.users has no user 'bob' with this password"),
        ({"client_id": "other"}, 401, "the only client is 'weaviate', not 'other'"),
        ({"client_secret": "other"}, 401, "the client secret is another one than oidc.client-secret"),
        ({"grant_type": "client_credentials"}, 401, "client_credentials requires a client secret"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 401, "an unknown refresh token: it is not of this run"),
        ({"grant_type": "authorization_code"}, 400, "'authorization_code' is not one of password, "),
        ({"grant_type": ""}, 400, "'' is not one of password, "),
    ],
)
def test_wrong_credentials_get_the_reason(
    provider: IdentityProvider, changes: dict[str, str], status: int, error: str
) -> None:
    found, body = provider.answer("POST", TOKEN, {**PASSWORD, **changes})
    assert (found, body["error_description"].startswith(f"snipproof: {error}")) == (status, True), body


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/realms/docs", 200),
        ("GET", "/realms/master", 200),
        ("HEAD", "/realms/docs/", 200),
        ("GET", "/realms/other", 404),
        ("GET", TOKEN, 405),
        ("POST", "/realms/docs", 404),
        ("POST", "/admin/realms", 404),
    ],
)
def test_only_the_paths_of_the_realm_exist(provider: IdentityProvider, method: str, path: str, status: int) -> None:
    assert provider.answer(method, path, {})[0] == status


def test_a_broken_header_is_no_credential(provider: IdentityProvider) -> None:
    for header in ("Basic ?", "Basic 4pyT4p", "Bearer x"):
        assert provider.answer("POST", TOKEN, PASSWORD, header)[0] == 200
