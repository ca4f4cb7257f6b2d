"""Starts all Services of a session, in the order in which they need each other, and stops them again."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.processes.session_folder import SessionFolder
from snipproof.server_settings import DEFAULT_SERVICE, split_version
from snipproof.services.assets import start_assets
from snipproof.services.checkout_ports import listen_for
from snipproof.services.weaviate.renewable import Renewable
from snipproof.services.weaviate.server import WeaviateAddress
from snipproof.services.weaviate.start_server import ServerStarter
from snipproof.text import listed

if TYPE_CHECKING:
    from snipproof.services.downloads import Downloads
    from snipproof.services.network.documented import DocumentedNetwork
    from snipproof.services.providers.provider_hosts import Providers
    from snipproof.services.recorder.pass_through import Recorder
    from snipproof.services.weaviate.borrowed import BorrowedServers

Log = Callable[[str], None]
_PLAIN: dict[str, Any] = {"env": {}, "modules": (), "api_keys": {}, "root_users": (), "nodes": 1}


class Services:
    """The running Services and their addresses.

    ``vectorizer_url`` is empty for a Weaviate given by its address, which has a vectorizer of its own.
    """

    def __init__(
        self,
        stack: contextlib.ExitStack,
        servers: Mapping[str, WeaviateAddress | InfrastructureError],
        vectorizer: str,
        assets: str,
        recorder: Recorder | None = None,
        providers: Providers | None = None,
        downloads: Downloads | None = None,
        renewable: Mapping[str, Renewable] | None = None,
    ) -> None:
        self._stack = stack
        #: Whether the servers are those of a watcher, which lends them to this session alone.
        self.borrowed = False
        #: The servers that can be replaced by fresh ones, by the names of the Services: those that are ours.
        self.renewable = renewable or {}
        #: The files that Sources can download; ``None`` if the settings name none.
        self.downloads = downloads
        #: What answers instead of providers of models; ``None`` if nothing does.
        self.providers = providers
        self._recorder = recorder
        self._servers = servers
        self._used: dict[str, str] = {}  # what the names of the settings stand for, if servers run in several versions
        self.vectorizer_url = vectorizer
        self.assets_url = assets

    @property
    def servers(self) -> dict[str, WeaviateAddress]:
        """The servers' own addresses by the names of the Services, of those that run.

        Sources may reach them through a recorder.
        """
        return {name: each for name, each in self._servers.items() if isinstance(each, WeaviateAddress)}

    @property
    def weaviate(self) -> WeaviateAddress:
        """The address of the Service ``weaviate``, or of the first one if no Suite names that.

        :raises InfrastructureError: it did not start.
        """
        known = DEFAULT_SERVICE in self._servers or DEFAULT_SERVICE in self._used
        return self.server(DEFAULT_SERVICE if known else next(iter(self._servers)))

    def server(self, name: str) -> WeaviateAddress:
        """Return the address of the Service ``name``; without a version, that of the one that :meth:`use` named.

        :raises InfrastructureError: it did not start.
        """
        found = self._servers[self._used.get(name, name)]
        if isinstance(found, InfrastructureError):
            raise found
        return found

    def use(self, names: Sequence[str]) -> None:
        """Let the Services ``names``, in their versions, answer at the addresses of the placeholders from now on.

        So a Source reaches each of them without being built again. Connections to others are closed.

        :raises InfrastructureError: one of them did not start.
        """
        used = {service: name for name in names if (service := split_version(name)[0]) != name}
        if used == self._used:
            return
        self._used = used
        if self._recorder:
            for service, name in used.items():
                self._recorder.forward_to(self.server(name), service)
            self._recorder.close_connections()

    @classmethod
    def start(  # noqa: PLR0913, PLR0917 (what they are made of)
        cls,
        settings: Settings,
        session: SessionFolder,
        log: Log,
        assets: Path | None = None,
        announce: Callable[[Mapping[str, str]], None] = lambda _: None,
        recorder: Recorder | None = None,
        network: DocumentedNetwork | None = None,
        names: Sequence[str] = (DEFAULT_SERVICE,),
        borrowed: BorrowedServers | None = None,
    ) -> Services:
        """Start the Services that ``settings`` select, side by side, and wait until they are ready.

        :param log: called with a line about each choice, and about everything that takes time.
        :param assets: the folder to serve, if any.
        :param announce: called with the :meth:`placeholders` as soon as the addresses are known, long before anything
            is ready, and again if they change.
        :param recorder: forwards to the servers as soon as their addresses are known; the placeholders then hold the
            recorder's addresses.
        :param network: the network in which servers of ours run, and in which the Services listen as well.
        :param names: of the servers to start.
        :param borrowed: servers that run already, to be used instead.
        :raises InfrastructureError: no server started, or another Service failed; those that had started are stopped.
            If only some servers fail, :meth:`server` raises their errors.
        :raises SettingsError: the mode requires a setting that is missing or wrong.
        """
        with contextlib.ExitStack() as stack:
            assets_url = ""
            if assets is not None:
                server = start_assets(assets, listen_for(settings.root, "assets"))
                stack.callback(server.stop)
                assets_url = server.url
                if network:
                    inside = start_assets(assets, listen_for(settings.root, "assets", network.namespace.listen))
                    stack.callback(inside.stop)
                    network.addresses["assets.url"] = inside.url
            if network and recorder:
                recorder.listen(network)
            downloads = _start_hosts(settings, network, stack)
            providers = _start_providers(settings, network, recorder, log, stack)
            board = _Board(names, recorder, lambda found: announce(_placeholders(found, assets_url)))
            starter = ServerStarter(session, log, stack, network, board.switch, borrowed)
            servers = _start_servers(settings, session, starter, board)
            errors = [each for each in servers.values() if isinstance(each, InfrastructureError)]
            if len(errors) == len(servers):
                raise errors[0]
            outside = [name for name, each in servers.items() if getattr(each, "mode", "embedded") != "embedded"]
            if providers and outside:
                which = "the server" if len(servers) == 1 else f"the server {listed(outside)}"
                log(f"providers: only for Sources themselves: {which} runs outside of the documented network")
            url, renewable = starter.vectorizer_url, starter.renewable
            services = cls(stack.pop_all(), servers, url, assets_url, recorder, providers, downloads, renewable)
            services.borrowed = borrowed is not None
            return services
        raise AssertionError("unreachable")

    def placeholders(self) -> dict[str, str]:
        """Return the values of the ``{name}`` placeholders in Bindings."""
        recorder = self._recorder
        known = {split_version(name)[0]: each for name, each in self.servers.items()}
        found = {name: recorder.address(each, name) if recorder else each for name, each in known.items()}
        return _placeholders(found, self.assets_url)

    def stop(self) -> None:
        """Stop everything; a second call does nothing."""
        self._stack.close()


class _Board:
    """Announces the addresses of servers that start side by side, once those of all of them are known."""

    def __init__(
        self,
        names: Sequence[str],
        recorder: Recorder | None,
        announce: Callable[[Mapping[str, WeaviateAddress]], None],
    ) -> None:
        self.names = names
        self._recorder = recorder
        self._announce = announce
        self._known: dict[str, WeaviateAddress | None] = {}
        self._lock = threading.Lock()

    def post(self, name: str, address: WeaviateAddress | None) -> None:
        """Note the address of a server; ``None`` if it has none since it failed."""
        service, _ = split_version(name)
        if self._recorder and address:
            for each in {name, service}:
                self._recorder.forward_to(address, each)
            address = self._recorder.address(address, service)
        with self._lock:
            self._known[name] = address
            if len(self._known) == len(self.names):
                self._announce({split_version(name)[0]: each for name, each in self._known.items() if each})

    def switch(self, name: str, address: WeaviateAddress) -> None:
        """Forward to the fresh server of a Service; the address at which it is known stays."""
        if self._recorder:
            self._recorder.forward_to(address, name)


def _start_servers(
    settings: Settings, session: SessionFolder, starter: ServerStarter, board: _Board
) -> dict[str, WeaviateAddress | InfrastructureError]:
    """Start the servers, and return the address of each, or why it did not start."""

    def start(name: str) -> WeaviateAddress | InfrastructureError:
        own = settings.of_service(name)
        try:
            return starter.start(name, own, lambda address: board.post(name, address))
        except InfrastructureError as error:
            board.post(name, None)
            service, version = split_version(name)
            if version:
                place = settings.origin("matrix", "servers", f"[{settings.matrix.servers.index(version)}]")
                return InfrastructureError(f"{place} {service} in version {version}: {error.message}", error.hint)
            if name == DEFAULT_SERVICE and own.weaviate == own.weaviate._replace(**_PLAIN):
                return error
            table = [name] if name == DEFAULT_SERVICE else ["services", name]
            named = next((["env", each] for each in own.weaviate.env if each in error.hint), [])  # by its log
            place = settings.origin(*table, *named)
            return InfrastructureError(f"{place} the service {name!r}: {error.message}", error.hint)

    with ThreadPoolExecutor(len(board.names), thread_name_prefix="snipproof-server") as pool:
        try:
            started = {name: pool.submit(start, name) for name in board.names}
            return {name: each.result() for name, each in started.items()}
        except BaseException:
            session.closing.set()  # ends the wait for servers that are not ready yet
            raise


def _placeholders(servers: Mapping[str, WeaviateAddress], assets_url: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, server in servers.items():
        prefixes = [(f"services.{name}", server), *([("weaviate", server)] if name == DEFAULT_SERVICE else [])]
        prefixes += [(f"services.{name}.node{number}", node) for number, node in enumerate(server.nodes, start=1)]
        for prefix, address in prefixes:
            found |= {
                f"{prefix}.url": address.url,
                f"{prefix}.host": address.host,
                f"{prefix}.port": str(address.port),
                f"{prefix}.grpc_host": address.grpc_host,
                f"{prefix}.grpc_port": str(address.grpc_port),
            }
    return found | {"assets.url": assets_url}


def _start_hosts(
    settings: Settings, network: DocumentedNetwork | None, stack: contextlib.ExitStack
) -> Downloads | None:
    """Start what answers for the hosts of downloads and of an identity provider, if there is a network for it."""
    if network is None:
        return None
    if settings.oidc.issuer:
        from snipproof.services.identity import start_identity

        stack.callback(start_identity(settings, network).stop)
    if not settings.downloads:
        return None
    from snipproof.services.downloads import Downloads

    downloads = Downloads.start(settings, network)
    stack.callback(downloads.stop)
    return downloads


def _start_providers(
    settings: Settings,
    network: DocumentedNetwork | None,
    recorder: Recorder | None,
    log: Log,
    stack: contextlib.ExitStack,
) -> Providers | None:
    """Start what answers instead of the providers that ``settings`` name, if there is a network for it."""
    if not settings.providers or network is None:
        return None
    from snipproof.services.providers.provider_hosts import Providers

    providers = Providers.start(settings, network, recorder.position if recorder else lambda: 0, log)
    stack.callback(providers.stop)
    log(f"providers: {', '.join(providers.kinds)}")
    return providers
