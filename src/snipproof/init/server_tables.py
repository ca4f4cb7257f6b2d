"""The tables of the settings for what Sources connect to: servers, providers of models, downloads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from snipproof import server_settings
from snipproof.init.needs import NeedKind
from snipproof.init.suite_file import KEY, service_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snipproof.config import Settings
    from snipproof.init.proposals import ProposedSuite

_CONTAINERS = {
    # What the server requires to start with each module.
    "text2vec-transformers": ("TRANSFORMERS_INFERENCE_API", "http://text2vec-transformers:8080"),
    "multi2vec-clip": ("CLIP_INFERENCE_API", "http://multi2vec-clip:8080"),
    "multi2vec-bind": ("BIND_INFERENCE_API", "http://multi2vec-bind:8080"),
    "text2vec-model2vec": ("MODEL2VEC_INFERENCE_API", "http://text2vec-model2vec:8080"),
    "text2vec-gpt4all": ("GPT4ALL_INFERENCE_API", "http://text2vec-gpt4all:8080"),
    "reranker-transformers": ("RERANKER_INFERENCE_API", "http://reranker-transformers:8080"),
    "qna-transformers": ("QNA_INFERENCE_API", "http://qna-transformers:8080"),
}
_MAX_DOWNLOADS = 20


def server_tables(suites: Sequence[ProposedSuite]) -> list[str]:
    """Return the lines of all tables that the Sources of ``suites`` need."""
    found = _Found(suites)
    return [
        *_providers(found),
        *_weaviate(found),
        *_environment(found),
        *_services(found),
        *_downloads(found),
        *_oidc(found),
    ]


def name_services(settings: Settings, suites: Sequence[ProposedSuite]) -> Settings:
    """Return ``settings`` in which the Services that ``suites`` name exist, as they will in the file."""
    names = (service_name(port) for port in _Found(suites).names(NeedKind.PORT))
    return settings._replace(services={name: server_settings.ServiceSettings() for name in names})


class _Found:
    """The needs of all Suites together."""

    def __init__(self, suites: Sequence[ProposedSuite]) -> None:
        self._suites = suites

    def names(self, kind: NeedKind) -> list[str]:
        """Return what is needed of a kind, each once."""
        return list(dict.fromkeys(name for suite in self._suites for name in suite.needs.names(kind)))

    def place(self, kind: NeedKind) -> str:
        """Return a place of a kind, ``""`` if nothing of it is needed."""
        return next((places[0] for suite in self._suites if (places := suite.needs.sources(kind))), "")

    def place_of(self, kind: NeedKind, name: str) -> str:
        """Return where one of a kind is needed first."""
        return next(places[name][0] for each in self._suites if name in (places := each.needs.places.get(kind, {})))


def _providers(found: _Found) -> Iterator[str]:
    kinds = (NeedKind.PROVIDER, NeedKind.CONTAINER)
    if place := next((place for kind in kinds if (place := found.place(kind))), ""):
        yield ""
        yield f"# Sources use models of providers, such as in {place}."
        yield "# A stand-in answers for them, without keys, so that the code runs: pip install 'snipproof[providers]'"
        yield "[providers]"
        yield 'default = "stand-in"'


def _weaviate(found: _Found) -> Iterator[str]:
    if hosts := found.names(NeedKind.CLOUD_HOST):
        yield ""
        yield f"# Hosts that are Weaviate, such as in {found.place(NeedKind.CLOUD_HOST)}."
        yield "[weaviate]"
        yield f"hosts = {json.dumps([*server_settings.WeaviateSettings().hosts, *hosts], ensure_ascii=False)}"


def _environment(found: _Found) -> Iterator[str]:
    cloud, containers = found.place(NeedKind.CLOUD), found.names(NeedKind.CONTAINER)
    if not (cloud or containers):
        return
    yield ""
    yield "[weaviate.env]"
    if cloud:
        keys = ",".join(dict.fromkeys([KEY, *found.names(NeedKind.KEY)]))
        yield f"# Sources connect with a key, such as in {cloud}."
        yield "# The server accepts these, and requests without one."
        yield 'AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED = "true"'
        yield 'AUTHENTICATION_APIKEY_ENABLED = "true"'
        yield f"AUTHENTICATION_APIKEY_ALLOWED_KEYS = {json.dumps(keys, ensure_ascii=False)}"
        yield 'AUTHENTICATION_APIKEY_USERS = "docs"'
    if known := [name for name in containers if name in _CONTAINERS]:
        yield f"# Sources use model containers, such as in {found.place(NeedKind.CONTAINER)}."
        yield "# In the documented network, the stand-in answers for them, too:"
        yield f"# ENABLE_MODULES = {json.dumps(','.join(['img2vec-neural', *known]))}"
        yield from (f"# {_CONTAINERS[name][0]} = {json.dumps(_CONTAINERS[name][1])}" for name in known)


def _services(found: _Found) -> Iterator[str]:
    named = set()
    for name in sorted(found.names(NeedKind.PORT), key=lambda name: ":" not in name):
        port, _, grpc = name.partition(":")
        if port not in named:
            named.add(port)
            yield ""
            yield f"# A server on another port ({found.place_of(NeedKind.PORT, name)})."
            yield f"[services.{service_name(name)}]"
            yield f'ports = ["{port}:{grpc or _free_port(port)}"]'
            yield from _keys(found, port)


def _keys(found: _Found, port: str) -> Iterator[str]:
    """Yield the keys of the server on ``port``, each with a user that is named after it."""
    keys = [key for name in found.names(NeedKind.PORT_KEY) for on, _, key in [name.partition(" ")] if on == port]
    users = {key: key.removesuffix("-key") or "docs" for key in keys}
    if users:
        yield f"api-keys = {{ {', '.join(f'{_string(key)} = {_string(user)}' for key, user in users.items())} }}"
        if port in found.names(NeedKind.PORT_ROLES):
            roots = [user for user in users.values() if "root" in user or "admin" in user]
            yield f"root-users = [{_string((roots or [*users.values()])[0])}]"


def _string(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _free_port(port: str) -> int:
    """Return a port for gRPC, where Sources name none."""
    return 50_000 + int(port) % 10_000


def _downloads(found: _Found) -> Iterator[str]:
    if addresses := found.names(NeedKind.DOWNLOAD):
        yield ""
        yield "# Sources download these files. To prove them, keep a copy of each beside this file:"
        yield "# [downloads]"
        for address in addresses[:_MAX_DOWNLOADS]:
            yield f'# {json.dumps(address, ensure_ascii=False)} = {{ file = "…", sha256 = "…" }}'
        if len(addresses) > _MAX_DOWNLOADS:
            yield f"# … and {len(addresses) - _MAX_DOWNLOADS} more"


def _oidc(found: _Found) -> Iterator[str]:
    if place := found.place(NeedKind.OIDC):
        yield ""
        yield f"# Sources log in at an identity provider, such as in {place}. For a stand-in, name its address:"
        yield "# [oidc]"
        yield '# issuer = "https://…"'
