"""Starts servers in the selected mode, or the first that works. Several may start side by side, in threads."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests

from snipproof.config import Settings
from snipproof.errors import InfrastructureError, SettingsError
from snipproof.processes.session_folder import SessionFolder
from snipproof.server_settings import DEFAULT_SERVICE
from snipproof.services.http_server import HttpServer
from snipproof.services.weaviate.obtain import ObtainedServer, obtain_server
from snipproof.services.weaviate.renewable import Renewable, RenewableServer, RunningServer
from snipproof.services.weaviate.server import WeaviateAddress, request
from snipproof.services.weaviate.switch import is_here

if TYPE_CHECKING:
    from snipproof.services.network.documented import DocumentedNetwork
    from snipproof.services.weaviate.borrowed import BorrowedServers

Log = Callable[[str], None]
Announce = Callable[[WeaviateAddress], None]


class ServerStarter:
    """Starts servers, and the vectorizers that they share; thread-safe.

    :param log: called with a line about each choice, and about everything that takes time.
    :param stack: stops everything that was started.
    :param network: the network in which an embedded server runs.
    :param switched: called with the name of a Service and the address of its server, when that was replaced by a fresh
        one, in any thread.
    :param borrowed: servers that run already, to be used instead of others.
    """

    def __init__(
        self,
        session: SessionFolder,
        log: Log,
        stack: contextlib.ExitStack,
        network: DocumentedNetwork | None,
        switched: Callable[[str, WeaviateAddress], None],
        borrowed: BorrowedServers | None = None,
    ) -> None:
        self._session = session
        self._log = log
        self._stack = stack
        self._network = network
        self._switched = switched
        self._borrowed = borrowed
        #: The servers that can be replaced by fresh ones, by the names of the Services.
        self.renewable: dict[str, Renewable] = dict(borrowed.renewable) if borrowed else {}
        self._lock = threading.Lock()
        self._vectorizers: dict[bool, HttpServer] = {}
        self._reached = threading.Event()

    @property
    def vectorizer_url(self) -> str:
        """The address of a vectorizer, ``""`` if no server needs one of ours."""
        if self._borrowed:
            return self._borrowed.vectorizer_url
        return next((each.url for each in self._vectorizers.values()), "")

    def start(self, name: str, settings: Settings, announce: Announce) -> WeaviateAddress:
        """Start the server of a Service and wait until it is ready.

        :param settings: with those of this server as ``weaviate``.
        :param announce: called with the address before the server is ready; again if it changes.
        :raises InfrastructureError: it did not start; the hint is the end of its log.
        :raises SettingsError: the mode requires a setting that is missing or wrong.
        """
        wanted = settings.weaviate
        if self._borrowed:
            announce(self._borrowed.servers[name])
            return self._borrowed.servers[name]
        address = self._given(name, settings, announce) if wanted.is_given else self._own(name, settings, announce)
        if address.version != wanted.version:
            self._log(f"{name}: the server has version {address.version}, the settings {wanted.version}")
        return address

    def _own(self, name: str, settings: Settings, announce: Announce) -> WeaviateAddress:
        with self._lock:  # most have the same image or binary
            found = obtain_server(settings, self._log, self._session)
        if found.image:
            from snipproof.services.weaviate.container import VectorizerUnreachableError

            try:
                return self._container(name, settings, found, announce)
            except VectorizerUnreachableError as error:
                if settings.weaviate.mode != "auto":
                    raise InfrastructureError(f"mode container: {error.message}", "use another mode") from None
                with self._lock:
                    found = obtain_server(settings, self._log, self._session, not_in_container=error.message)
        return self._embedded(name, settings, found, announce)

    def _container(self, name: str, settings: Settings, found: ObtainedServer, announce: Announce) -> WeaviateAddress:
        from snipproof.services.weaviate.container import ContainerWeaviate

        vectorizer = self._vectorizer(for_containers=True)
        self._log(f"{name}: container {found.image}{_nodes(settings)} ({found.reason})")
        return self._keep(
            name,
            announce,
            partial(
                ContainerWeaviate.start,
                settings,
                self._session,
                vectorizer.port,
                found.reason,
                reached=self._reached.is_set,
            ),
        )

    def _embedded(self, name: str, settings: Settings, found: ObtainedServer, announce: Announce) -> WeaviateAddress:
        from snipproof.services.weaviate.embedded import EmbeddedWeaviate

        vectorizer = self._vectorizer(for_containers=False)
        self._log(f"{name}: embedded {settings.weaviate.version}{_nodes(settings)} ({found.reason})")
        return self._keep(
            name,
            announce,
            partial(
                EmbeddedWeaviate.start,
                found.binary,
                settings,
                self._session,
                vectorizer.url,
                found.reason,
                self._log,
                network=self._network,
            ),
        )

    def _keep(self, name: str, announce: Announce, start: Callable[..., RunningServer]) -> WeaviateAddress:
        """Start a server, which can be replaced if its address is one of this machine."""
        first = start(announce=announce)
        server = RenewableServer(name, first, start, self._session, partial(self._switched, name), self._log)
        self._stack.callback(server.stop)
        if is_here(server.address.host):
            self.renewable[name] = server
        return server.address

    def _vectorizer(self, *, for_containers: bool) -> HttpServer:
        # Late: importing its numpy and onnxruntime takes a while.
        from snipproof.services.vectorizer import start_vectorizer

        with self._lock:
            if for_containers not in self._vectorizers:
                if for_containers:
                    from snipproof.services.weaviate.container import vectorizer_host

                    vectorizer = start_vectorizer(vectorizer_host(), reached=self._reached.set)
                else:
                    inside = self._network.namespace.listen(0) if self._network else None
                    vectorizer = start_vectorizer(listener=inside)
                self._stack.callback(vectorizer.stop)
                self._vectorizers[for_containers] = vectorizer
            return self._vectorizers[for_containers]

    def _given(self, name: str, settings: Settings, announce: Announce) -> WeaviateAddress:
        """Return the address of the user's own server, once it is ready."""
        from snipproof.services.weaviate.ready import wait_ready

        key = DEFAULT_SERVICE if name == DEFAULT_SERVICE else f"services.{name}"
        wanted = settings.weaviate
        url = wanted.url
        if not url:
            origin = settings.origin("weaviate", "mode")
            raise SettingsError(
                f"{origin} mode url requires an address", "set weaviate.url, or --snippets-weaviate-url URL"
            )
        try:
            parts = urlsplit(url if "//" in url else f"//{url}", scheme="http")
            grpc = urlsplit(f"//{wanted.grpc.rpartition('//')[2]}")
            host, port = parts.hostname or "", parts.port or 80
            target = (grpc.hostname or host, grpc.port or 50051)
        except ValueError:
            raise SettingsError(
                f"{settings.origin('weaviate', 'url')} {key}.url or {key}.grpc is not an address: {url} {wanted.grpc}"
            ) from None
        if not host or parts.scheme != "http" or parts.path.strip("/") or parts.query or parts.username:
            origin = settings.origin("weaviate", "url")
            raise SettingsError(f"{origin} {key}.url: http://HOST:PORT expected, not {url!r}")
        if wanted.nodes > 1:
            origin = settings.origin("weaviate", "nodes")
            raise SettingsError(f"{origin} {key}.nodes: a server given by its address has one node", "remove one key")
        self._log(f"{name}: {url} (given by its address)")
        address = WeaviateAddress(host, port, *target, "", "url", "given by its address")
        address = replace(address, key=_required(address.url, wanted.key))
        announce(address)
        grpc_host = f"[{target[0]}]" if ":" in target[0] else target[0]
        timeout = min(10.0, wanted.start_timeout)
        try:
            version = wait_ready(address.url, f"{grpc_host}:{target[1]}", timeout, key=address.key)
        except TimeoutError as error:
            raise InfrastructureError(
                f"Weaviate at {url}: {error}", "check that it is running and that its gRPC port is right"
            ) from None
        return replace(address, version=version)


def _required(url: str, key: str) -> str:
    """Return ``key`` if the server at ``url`` requires one: others reject requests that have one."""
    try:
        return key if not key or request("GET", f"{url}/v1/meta", timeout=10).status_code == 401 else ""
    except requests.RequestException:
        return key


def _nodes(settings: Settings) -> str:
    count = settings.weaviate.nodes
    return f", {count} nodes" if count > 1 else ""
