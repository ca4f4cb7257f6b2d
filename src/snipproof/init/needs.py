"""What a Source needs to run, found by reading its text: it is never executed, and a guess that errs does no harm."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from snipproof.syntax.variables import read_variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.languages import Language


class NeedKind(StrEnum):
    """A kind of need; its value is how a comment calls it."""

    CLOUD = "Weaviate Cloud"
    CLOUD_HOST = "a cluster by another name"
    KEY = "keys in the code"
    PROVIDER = "providers of models"
    CONTAINER = "model containers"
    PORT = "servers on other ports"
    PORT_KEY = "keys of these servers"
    PORT_ROLES = "roles on these servers"
    VARIABLE = "environment variables"
    DOWNLOAD = "downloads"
    DATA = "data that the Source does not create"
    OIDC = "an identity provider"


class Need(NamedTuple):
    """One need of one Source.

    :param name: such as a variable, a host or a collection.
    :param line: where it was found.
    """

    kind: NeedKind
    name: str
    line: int


@dataclass(slots=True)
class Needs:
    """The needs of many Sources: by kind and name, the places (``path:line``), one a Source."""

    places: dict[NeedKind, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(dict))
    created: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, text: str, language: Language) -> None:
        """Add those of the Source ``path``."""
        code = without_comments(text, language)
        for created, _ in _matches(_CREATED, code):
            self.created.setdefault(created, path)
        seen: set[tuple[NeedKind, str]] = set()
        for kind, name, line in find_needs(code):
            if (kind, name) not in seen:
                seen.add((kind, name))
                self.places[kind].setdefault(name, []).append(f"{path}:{line}")

    def names(self, kind: NeedKind) -> list[str]:
        """Return what is needed of a kind, by the number of Sources that need it."""
        found = self.places.get(kind, {})
        return sorted(found, key=lambda name: (-len(found[name]), name))

    def sources(self, kind: NeedKind) -> list[str]:
        """Return the places of a kind: the first one of each Source, sorted by path."""
        first: dict[str, str] = {}
        for places in self.places.get(kind, {}).values():
            for place in places:
                first.setdefault(place.rpartition(":")[0], place)
        return [first[path] for path in sorted(first)]


_PROVIDERS = (
    "openai|azure[-_]?openai|cohere|anthropic|google|palm|aws|jinaai|voyageai|mistral|weaviate|huggingface|ollama|nvidia|"
    "databricks|friendliai|xai|contextualai|morph|digitalocean|deepseek|octoai|anyscale|twelvelabs"
)
_CONTAINERS = "transformers|contextionary|clip|bind|model2vec|gpt4all"
_KINDS = "(?:text2vec|multi2vec|text2multivec|multi2multivec|generative|reranker|qna)"
_STRING = r"""["'`]([A-Za-z][\w]*)["'`]"""
_USED = re.compile(
    r"collections?\.(?:use|get)(?:<[^<>()]*>)?\(\s*"
    + _STRING
    + r"|\.\s*[wW]ithClassName\(\s*"
    + _STRING
    + r"|\bquery\.(?:get|aggregate)\(\s*"
    + _STRING
)
_CREATED = re.compile(
    r"collections?\.create(?:_from_dict|FromSchema)?\(\s*(?:\{\s*)?(?:name\s*[=:]\s*)?"
    + _STRING
    + r"""|["']?\b[cC]lass["']?\s*:\s*"""
    + _STRING
    + r"|\.className\(\s*"
    + _STRING
)
_FIXED_PORTS = frozenset(("8080", "50051", "443", "80"))
_PORT = re.compile(
    r"""\b(?:http_?)?[pP]ort\s*[=:]\s*(\d{4,5})\b|\.(?:httpP|p)ort\(\s*(\d{4,5})\s*\)|"""
    r"""(?:[hH]ost\s*[:=]\s*|Client\(\s*(?:url\s*=\s*)?|uri\s*[:=]\s*)["'`](?:http://)?localhost:(\d{4,5})"""
)
_GRPC_PORT = re.compile(r"\bgrpc_?[pP]ort\s*[=:]\s*(\d{4,5})\b|\.grpcPort\(\s*(\d{4,5})\s*\)")
_CONNECTS = re.compile(r"connect|weaviate|Client\b|Config\b", re.IGNORECASE)
_CALL = 300  # characters in which the second port of a server stands
_KEY = re.compile(
    r"""\b(?:[aA]uth\.api_key|Auth\.?ApiKey|ApiKey|Authentication\.apiKey)\(?\{?\s*(?:api_key\s*=|Value\s*:)?\s*"""
    r"""["']([^"'\s,]+)"""
)
_ROLES = re.compile(r"\.roles\b|\.Roles\(\)|users\.db\b|Users\(\)\.DB\(\)|\.groups\b")
_PATTERNS = (
    (NeedKind.CLOUD, re.compile(r"\b(?:connect_to_(?:weaviate_cloud|wcs)|use_async_with_weaviate_cloud)\b()")),
    (NeedKind.CLOUD, re.compile(r"\bconnectTo(?:WeaviateCloud|WCS|WCD)\b()")),
    (NeedKind.CLOUD, re.compile(r"[\w.-]+\.weaviate\.(?:cloud|network)\b()")),
    (NeedKind.CLOUD, re.compile(r"""Scheme\s*:\s*["']https["']|\bscheme\s*[:(]\s*["']https["']()""")),
    (
        NeedKind.CLOUD_HOST,
        re.compile(
            r"""(?:cluster_url\s*=\s*|connect_to_weaviate_cloud\(\s*|connectToWeaviateCloud\(\s*|\bHost\s*:\s*)"""
            r"""["'`](?:https://)?([A-Za-z][\w.-]*)["'`/]"""
        ),
    ),
    (NeedKind.KEY, _KEY),
    (NeedKind.PROVIDER, re.compile(rf"\b{_KINDS}[-_]?({_PROVIDERS})\b", re.IGNORECASE)),
    (NeedKind.PROVIDER, re.compile(rf"\b(?:generative|reranker)\.({_PROVIDERS})\(", re.IGNORECASE)),
    (NeedKind.PROVIDER, re.compile(r"X-(\w+?)-Api-Key", re.IGNORECASE)),
    (NeedKind.CONTAINER, re.compile(rf"\b({_KINDS}[-_]?(?:{_CONTAINERS}))\b", re.IGNORECASE)),
    (
        NeedKind.DOWNLOAD,
        re.compile(r"""\bhttps://((?:raw\.githubusercontent\.com|upload\.wikimedia\.org)/[^"'`\s)]+)"""),
    ),
    (
        NeedKind.DOWNLOAD,
        re.compile(
            r"""(?:requests\.get|httpx\.get|urlopen|urlretrieve|\bfetch|http\.Get|URI\.create|new URL)\(\s*["'`]https?://"""
            r"""((?!localhost|127\.|host\.docker)[^"'`\s]+\.\w+/[^"'`\s]+)["'`]"""
        ),
    ),
    (
        NeedKind.OIDC,
        re.compile(
            r"\b(?:client_password|client_credentials|bearer_token|AuthClient(?:Password|Credentials)|AuthBearerToken|"
            r"AuthUserPasswordCredentials|AuthAccessTokenCredentials|AuthClientCredentials|ResourceOwnerPasswordFlow|"
            r"ClientCredentials|BearerToken|bearerToken|resourceOwnerPassword)\b()"
        ),
    ),
)


def without_comments(text: str, language: Language) -> str:
    """Return ``text`` with the lines that are comments emptied, so that numbers of lines stay."""
    return "".join(
        "\n" if line.lstrip().startswith(language.comment_tokens) else line for line in text.splitlines(True)
    )


def find_needs(code: str) -> Iterator[Need]:
    """Yield each need of a Source whose text without comments is ``code``; one that recurs is yielded again."""
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(code):
            name = _normal(next((group for group in match.groups() if group), ""), kind)
            if kind is not NeedKind.CLOUD_HOST or not _is_known_host(name):
                yield Need(kind, name, _line(code, match.start()))
    yield from _ports(code)
    for offset, name in read_variables(code):
        yield Need(NeedKind.VARIABLE, name, _line(code, offset))
    created = {name for name, _ in _matches(_CREATED, code)}
    for name, offset in _matches(_USED, code):
        if name not in created:
            yield Need(NeedKind.DATA, name, _line(code, offset))


def _ports(code: str) -> Iterator[Need]:
    """Yield the server of each documented port: ``8090:50061``, or ``8090`` if no port for gRPC stands beside it."""
    for match in _PORT.finditer(code):
        port = next(group for group in match.groups() if group)
        before = code[max(0, match.start() - _CALL) : match.start()]
        if port in _FIXED_PORTS or not _CONNECTS.search(before):
            continue
        around = code[max(0, match.start() - _CALL // 3) : match.end() + _CALL]
        beside = _GRPC_PORT.search(around)
        grpc = next((group for group in beside.groups() if group), "") if beside else ""
        name = f"{port}:{grpc}" if grpc and grpc not in _FIXED_PORTS else port
        line = _line(code, match.start())
        yield Need(NeedKind.PORT, name, line)
        if key := _KEY.search(around):
            yield Need(NeedKind.PORT_KEY, f"{port} {key[1]}", line)
            if _ROLES.search(code):
                yield Need(NeedKind.PORT_ROLES, port, line)


def _matches(pattern: re.Pattern[str], code: str) -> Iterator[tuple[str, int]]:
    for match in pattern.finditer(code):
        yield next(group for group in match.groups() if group), match.start()


def _normal(name: str, kind: NeedKind) -> str:
    """Return one spelling of a name: ``text2VecTransformers`` and ``text2vec_transformers`` are one module."""
    if kind is NeedKind.CONTAINER:
        return re.sub(rf"({_KINDS})[-_]?", r"\1-", name.lower().replace("_", "-"))
    return name.lower().replace("_", "-") if kind is NeedKind.PROVIDER else name


def _is_known_host(name: str) -> bool:
    return name.startswith("localhost") or name.endswith((".weaviate.cloud", ".weaviate.network"))


def _line(code: str, offset: int) -> int:
    return code.count("\n", 0, offset) + 1
