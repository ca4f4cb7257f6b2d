"""The settings of servers: ``[weaviate]``, and ``[services.NAME]`` for each further one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from snipproof.errors import SettingsError
from snipproof.text import did_you_mean

DEFAULT_SERVICE = "weaviate"
"""The Service of Suites that name none."""
DOCUMENTED_PORTS = ("8080:50051",)
_AT = "@"  # in no name of a Service
_MAX_NODES = 9
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,60}")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")
_PORTS = re.compile(r"([1-9][0-9]{0,4}):([1-9][0-9]{0,4})")
_HOST = re.compile(r"[A-Za-z0-9*?._-]+")
_IN_A_LIST = re.compile(r"[^\s,\x00-\x1f\x7f]+")  # the server's variables are lists with commas
_RESERVED = {53: "that of the name server", 443: "that of all hosts"}
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_OF_ONE_VERSION: dict[str, Any] = {"sha256": _NOTHING, "binary": "", "image": ""}

Origin = Callable[..., str]


def at_version(service: str, version: str) -> str:
    """Return the name of the Service that is ``service`` in another ``version``."""
    return f"{service}{_AT}{version}"


def split_version(service: str) -> tuple[str, str]:
    """Return the name of a Service in the settings, and the version of :func:`at_version`, ``""`` if it has none."""
    name, _, version = service.partition(_AT)
    return name, version


class MatrixSettings(NamedTuple):
    """``[tool.snipproof.matrix]``: the versions in which ``--snippets-matrix`` proves the Suites.

    ``servers`` are versions of the server. ``clients`` maps Suites, by flavour or path, to names of further lock files.
    """

    servers: tuple[str, ...] = ()
    clients: Mapping[str, Mapping[str, str]] = _NOTHING


class WeaviateSettings(NamedTuple):
    """``[tool.snipproof.weaviate]``: where the Weaviate that snippets talk to comes from, and what it is like.

    ``mode`` is ``auto``, ``url``, ``container`` or ``embedded``; only ``auto`` falls back to another mode.
    ``obtain`` lists how the embedded server's binary may be obtained: ``cache``, ``download``, ``build``.
    ``sha256`` maps ``<os>-<arch>`` to the checksum of the release archive; without an entry, the checksum file beside
    the archive is used. Times are in seconds. The last keys are those of :class:`ServiceSettings`.
    """

    mode: str = "auto"
    version: str = "1.39.0"
    url: str = ""
    grpc: str = ""
    image: str = ""
    binary: str = ""
    obtain: tuple[str, ...] = ("cache", "download", "build")
    download_url: str = "https://github.com/weaviate/weaviate/releases/download"
    sha256: Mapping[str, str] = _NOTHING
    start_timeout: float = 60.0
    hosts: tuple[str, ...] = ("*.weaviate.cloud", "*.weaviate.network")
    env: Mapping[str, str] = _NOTHING
    ports: tuple[str, ...] = DOCUMENTED_PORTS
    modules: tuple[str, ...] = ()
    api_keys: Mapping[str, str] = _NOTHING
    root_users: tuple[str, ...] = ()
    nodes: int = 1

    @property
    def is_given(self) -> bool:
        """Whether the settings give the address of a running server."""
        return self.mode == "url" or (self.mode == "auto" and bool(self.url))

    @property
    def documented_ports(self) -> tuple[tuple[int, int], ...]:
        """The ports of the REST and of the gRPC API in the docs, for each node that has some."""
        return tuple((int(rest), int(grpc)) for rest, _, grpc in (each.partition(":") for each in self.ports))

    def in_version(self, version: str) -> WeaviateSettings:
        """Return the settings of the same server in another version."""
        if version == self.version:
            return self
        return self._replace(version=version, **_OF_ONE_VERSION)

    @property
    def key(self) -> str:
        """The API key that snipproof uses itself: that of a root user, or else the first; ``""`` without keys.

        Keys that ``env`` gives the server count, too.
        """
        listed = ("AUTHENTICATION_APIKEY_ALLOWED_KEYS", "AUTHENTICATION_APIKEY_USERS", "AUTHORIZATION_RBAC_ROOT_USERS")
        keys, users, roots = ([part.strip() for part in self.env.get(name, "").split(",")] for name in listed)
        users = users if len(users) == len(keys) else users[:1] * len(keys)  # one user may have all keys
        known = self.api_keys or {key: user for key, user in zip(keys, users, strict=True) if key}
        administrators = self.root_users or roots
        return next((key for key, user in known.items() if user in administrators), next(iter(known), ""))


class ServiceSettings(NamedTuple):
    """``[tool.snipproof.services.NAME]``: a further server, which Suites name.

    What it does not set comes from ``[weaviate]``: how it is obtained, and ``version`` and ``image``. ``modules`` are
    enabled with those that every server has. ``api_keys`` maps keys to users; with ``root_users`` RBAC is on. ``ports``
    are ``REST:GRPC`` of each node, and ``hosts`` globs of hosts, in the documented network.
    """

    version: str = ""
    image: str = ""
    url: str = ""
    grpc: str = ""
    env: Mapping[str, str] = _NOTHING
    modules: tuple[str, ...] = ()
    api_keys: Mapping[str, str] = _NOTHING
    root_users: tuple[str, ...] = ()
    nodes: int = 1
    ports: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    @property
    def has_own_version(self) -> bool:
        """Whether it is always the same server, whatever version ``[weaviate]`` has."""
        return bool(self.version or self.image or self.url)

    def over(self, base: WeaviateSettings) -> WeaviateSettings:
        """Return all settings of this server: its own, and what ``base`` has on how servers are obtained."""
        own = self._asdict()
        other = bool(self.version) and self.version != base.version
        if other:
            own |= _OF_ONE_VERSION
        own["version"] = self.version or base.version
        own["image"] = self.image or ("" if other else base.image)
        own["mode"] = "url" if self.url else "auto" if base.mode == "url" else base.mode
        return base._replace(**own)


def check_server(table: WeaviateSettings | ServiceSettings, path: tuple[str, ...], origin: Origin) -> None:
    """Check the values that a table of a server sets.

    :param path: that of the table.
    :param origin: returns the place of a key, for a message.
    :raises SettingsError: one of them cannot be used.
    """

    def error(key: str, message: str, hint: str = "", *item: str) -> SettingsError:
        return SettingsError(f"{origin(*path, key, *item)} {message}", hint)

    if table.version and not _VERSION.fullmatch(table.version):  # a part of addresses and of names of folders
        raise error("version", f"'version' cannot be {table.version!r}", "write it as 1.39.0")
    if not 1 <= table.nodes <= _MAX_NODES:
        raise error("nodes", f"'nodes' must be from 1 to {_MAX_NODES}, not {table.nodes}")
    for index, module in enumerate(table.modules):
        if not _IN_A_LIST.fullmatch(module):
            raise error("modules", f"{module!r} is not a module", "such as text2vec-openai", f"[{index}]")
    for index, host in enumerate(table.hosts):
        if not _HOST.fullmatch(host):
            raise error(
                "hosts", f"{host!r} is not a host", "write it without a port, with * for any characters", f"[{index}]"
            )
    _check_users(table, error)
    _check_ports(table, error)


def _check_users(table: WeaviateSettings | ServiceSettings, error: Callable[..., SettingsError]) -> None:
    for key, user in table.api_keys.items():
        if not _IN_A_LIST.fullmatch(key) or not _IN_A_LIST.fullmatch(user):
            raise error("api-keys", "keys and users cannot be empty, or have commas or spaces", "write KEY = USER", key)
    users = sorted(set(table.api_keys.values()))
    if table.root_users and not set(users) & set(table.root_users):
        hint = did_you_mean(table.root_users[0], users) or f"users in 'api-keys': {', '.join(users) or 'none'}"
        raise error("root-users", "no root user has a key in 'api-keys', and snipproof requires one itself", hint)


def _check_ports(table: WeaviateSettings | ServiceSettings, error: Callable[..., SettingsError]) -> None:
    if table.ports and table.ports != DOCUMENTED_PORTS and len(table.ports) != table.nodes:
        raise error("ports", f"'ports' has {len(table.ports)} of {table.nodes} nodes", "list REST:GRPC for each node")
    known: set[int] = set()
    for index, pair in enumerate(table.ports):
        found = _PORTS.fullmatch(pair)
        numbers = [int(number) for number in found.groups()] if found else []
        if not numbers or max(numbers) > 65535:
            raise error(
                "ports", f"{pair!r} cannot be the ports of a node", "write REST:GRPC, such as 8080:50051", f"[{index}]"
            )
        for number in numbers:
            if number in _RESERVED:
                raise error(
                    "ports", f"port {number} is {_RESERVED[number]} in the documented network", "", f"[{index}]"
                )
            if number in known:
                raise error("ports", f"port {number} is given twice", "", f"[{index}]")
            known.add(number)


def check_name(name: str, origin: Origin) -> None:
    """Check the name of a table of ``services``.

    :raises SettingsError: it cannot be used.
    """
    if name == DEFAULT_SERVICE:
        raise SettingsError(f"{origin('services', name)} this name is taken", "its settings stand in [weaviate]")
    if not _NAME.fullmatch(name):
        hint = "use small letters, digits and `-`, such as rbac"
        raise SettingsError(f"{origin('services', name)} {name!r} cannot be the name of a service", hint)


def conflicts(servers: Mapping[str, WeaviateSettings]) -> Iterator[str]:
    """Yield a text for each port and host that two of ``servers``, by name, have in the documented network."""
    owners: dict[str, str] = {}
    for name, table in servers.items():
        ports = [f"the port {port}" for pair in table.documented_ports for port in pair]
        for what in (*ports, *(f"the host {host.lower()}" for host in dict.fromkeys(table.hosts))):
            if what in owners:
                yield f"both {owners[what]!r} and {name!r} have {what}"
            owners[what] = name


def check_matrix(table: MatrixSettings, origin: Origin) -> None:
    """Check the versions of the matrix.

    :raises SettingsError: one of them cannot be used.
    """
    labels: set[str] = set()
    for index, version in enumerate(table.servers):
        place = origin("matrix", "servers", f"[{index}]")
        if not _VERSION.fullmatch(version):
            raise SettingsError(f"{place} {version!r} cannot be a version of the server", "write it as 1.39.0")
        if version in labels:
            raise SettingsError(f"{place} the version {version} is given twice")
        labels.add(version)
    for suite, clients in table.clients.items():
        for name in clients:
            if not _VERSION.fullmatch(name):
                place = origin("matrix", "clients", suite, name)
                raise SettingsError(
                    f"{place} {name!r} cannot be the name of a client", "write its version, such as 4.20"
                )
            if clash := next((f"{each}-{name}" for each in labels if f"{each}-{name}" in labels), ""):
                place = origin("matrix", "clients", suite, name)
                raise SettingsError(
                    f"{place} {clash} is a version of the server as well", "give the client another name"
                )
