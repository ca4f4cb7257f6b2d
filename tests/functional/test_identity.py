"""Sources that authenticate with tokens of an identity provider and download files, unmodified."""

from __future__ import annotations

import hashlib

import pytest
from tests.support.project import Project

pytestmark = pytest.mark.slow

DATA = '[{"title": "A cat"}]'
SETTINGS = f"""
[tool.snipproof]
pages = ['docs']
suites = ['snippets/*/suite.yaml']

[tool.snipproof.downloads]
'raw.example.com/data/*.json' = {{ file = 'data.json', sha256 = '{hashlib.sha256(DATA.encode()).hexdigest()}' }}

[tool.snipproof.oidc]
issuer = 'https://keycloak:8443/realms/docs'
client-secret = 's3cret'
users = {{ ann = 'pass word' }}
groups = {{ ann = ['/admins'] }}

[tool.snipproof.weaviate.env]
AUTHENTICATION_OIDC_ENABLED = 'true'
AUTHENTICATION_OIDC_ISSUER = 'https://keycloak:8443/realms/docs'
AUTHENTICATION_OIDC_CLIENT_ID = 'weaviate'
AUTHENTICATION_OIDC_USERNAME_CLAIM = 'preferred_username'
AUTHENTICATION_OIDC_GROUPS_CLAIM = 'groups'
"""
SUITE = """flavour: py
language: python
sources: ["*.py"]
network: documented
env: {WEAVIATE_OIDC_ACCESS_TOKEN: "{oidc.access_token}", WEAVIATE_OIDC_REFRESH_TOKEN: "{oidc.refresh_token}"}
"""
SOURCE = """import os

import requests
import weaviate
from weaviate.classes.init import Auth


def user(credentials):
    with weaviate.connect_to_local(auth_credentials=credentials) as client:
        me = client.users.get_my_user()
        client.collections.exists("Photo")
        return me.user_id


# START bearer
token = Auth.bearer_token(
    access_token=os.environ["WEAVIATE_OIDC_ACCESS_TOKEN"],
    refresh_token=os.environ.get("WEAVIATE_OIDC_REFRESH_TOKEN"),
    expires_in=1,
)
assert user(token) == "ann"
# END bearer

# START password
assert user(Auth.client_password(username="ann", password="pass word", scope="offline_access")) == "ann"
# END password

# START client
assert user(Auth.client_credentials(client_secret="s3cret", scope="openid")) == "service-account-weaviate"
# END client

# START directly
data = {"grant_type": "password", "client_id": "weaviate", "username": "ann", "password": "pass word"}
reply = requests.post("https://keycloak:8443/realms/docs/protocol/openid-connect/token", data=data)
assert user(Auth.bearer_token(reply.json()["access_token"], expires_in=60, refresh_token="")) == "ann"
# END directly

# START download
assert requests.get("https://raw.example.com/data/any.json").json() == [{"title": "A cat"}]
# END download

# START wrong
accepted = True
try:
    user(Auth.bearer_token("eyJ0.eyJ0.x", expires_in=60, refresh_token=""))
except weaviate.exceptions.WeaviateBaseError:
    accepted = False
assert not accepted
# END wrong

# START missing
requests.get("https://raw.example.com/none.csv").json()
# END missing
"""


def test_weaviate_accepts_tokens_and_downloads_have_files(project: Project) -> None:
    """A bearer token of the environment, a password, a client; a token that nobody signed is rejected."""
    project.write("pyproject.toml", SETTINGS)
    project.write("data.json", DATA)
    project.write("snippets/py/suite.yaml", SUITE)
    done = project.prove("-v", "--snippets-weaviate", "embedded", source=SOURCE)
    done.assert_outcomes(passed=6, failed=1)
    done.stdout.fnmatch_lines(
        ["*FAILED `missing`: JSONDecodeError: *(it downloads https://raw.example.com/none.csv, for which the *"]
    )
