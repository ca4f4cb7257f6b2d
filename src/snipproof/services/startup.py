"""Starts all Services of a session, in the order in which they need each other, and stops them again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from snipproof.config import Settings
from snipproof.errors import InfrastructureError, SettingsError
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.assets import start_assets
from snipproof.services.weaviate.obtain import obtain_server
from snipproof.services.weaviate.renewable import RenewableServer
from snipproof.services.weaviate.server import WeaviateAddress
from snipproof.services.weaviate.switch import is_here

if TYPE_CHECKING:
    from snipproof.services.network.documented import DocumentedNetwork
    from snipproof.services.providers.provider_hosts import Providers
    from snipproof.services.recorder.pass_through import Recorder

Log = Callable[[str], None]


class Services:
    """The running Services and their addresses.

    ``vectorizer_url`` is empty for a Weaviate given by its address, which has a vectorizer of its own.
    ``weaviate`` is the server's own address, even when Sources reach it through a recorder.
    """

    def __init__(
        self,
        stack: contextlib.ExitStack,
        weaviate: WeaviateAddress,
        vectorizer: str,
        assets: str,
        recorder: Recorder | None = None,
        providers: Providers | None = None,
        renewable: RenewableServer | None = None,
    ) -> None:
        self._stack = stack
        #: The server, which can be replaced by a fresh one; ``None`` for one that is not ours.
        self.renewable = renewable
        #: What answers instead of providers of models; ``None`` if nothing does.
        self.providers = providers
        self._recorder = recorder
        self.weaviate = weaviate
        self.vectorizer_url = vectorizer
        self.assets_url = assets

    @classmethod
    def start(
        cls,
        settings: Settings,
        session: SessionFolder,
        log: Log,
        assets: Path | None = None,
        announce: Callable[[Mapping[str, str]], None] = lambda _: None,
        recorder: Recorder | None = None,
        network: DocumentedNetwork | None = None,
    ) -> Services:
        """Start the Services that ``settings`` select and wait until they are ready.

        :param log: called with a line about each choice, and about everything that takes time.
        :param assets: the folder to serve, if any.
        :param announce: called with the :meth:`placeholders` as soon as the addresses are known, long before anything
            is ready, and again if they change.
        :param recorder: forwards to Weaviate as soon as its address is known; the placeholders then hold the
            recorder's address.
        :param network: the network in which a server of ours runs, and in which the Services listen as well.
        :raises InfrastructureError: a Service failed to start; those that had started are stopped.
        :raises SettingsError: the mode requires a setting that is missing or wrong.
        """
        with contextlib.ExitStack() as stack:
            assets_url = ""
            if assets is not None:
                server = start_assets(assets)
                stack.callback(server.stop)
                assets_url = server.url
                if network:
                    inside = start_assets(assets, network.namespace.listen(0))
                    stack.callback(inside.stop)
                    network.addresses["assets.url"] = inside.url
            if network and recorder:
                recorder.listen(network)
            providers = _start_providers(settings, network, recorder, log, stack)

            def announce_weaviate(address: WeaviateAddress) -> None:
                if recorder:
                    recorder.forward_to(address)
                announce(_placeholders(recorder.address(address) if recorder else address, assets_url))

            def switched(address: WeaviateAddress) -> None:
                if recorder:
                    recorder.forward_to(address)

            weaviate, vectorizer_url, renewable = _start_weaviate(
                settings, session, log, stack, announce_weaviate, network, switched
            )
            if weaviate.version != settings.weaviate.version:
                log(f"weaviate: the server has version {weaviate.version}, the settings {settings.weaviate.version}")
            if providers and weaviate.mode != "embedded":
                log("providers: only for Sources themselves: the server runs outside of the documented network")
            return cls(stack.pop_all(), weaviate, vectorizer_url, assets_url, recorder, providers, renewable)
        raise AssertionError("unreachable")

    def placeholders(self) -> dict[str, str]:
        """Return the values of the ``{name}`` placeholders in Bindings."""
        return _placeholders(
            self._recorder.address(self.weaviate) if self._recorder else self.weaviate, self.assets_url
        )

    def stop(self) -> None:
        """Stop everything; a second call does nothing."""
        self._stack.close()


def _placeholders(weaviate: WeaviateAddress, assets_url: str) -> dict[str, str]:
    return {
        "weaviate.url": weaviate.url,
        "weaviate.host": weaviate.host,
        "weaviate.port": str(weaviate.port),
        "weaviate.grpc_host": weaviate.grpc_host,
        "weaviate.grpc_port": str(weaviate.grpc_port),
        "assets.url": assets_url,
    }


def _start_providers(
    settings: Settings,
    network: DocumentedNetwork | None,
    recorder: Recorder | None,
    log: Log,
    stack: contextlib.ExitStack,
) -> Providers | None:
    """Start what answers instead of the providers that ``settings`` name, if there is a network for it."""
    if not settings.providers:
        return None
    if network is None:
        log("providers: none answers: only a Suite with `network: documented` can reach them")
        return None
    from snipproof.services.providers.provider_hosts import Providers

    providers = Providers.start(settings, network, recorder.position if recorder else lambda: 0)
    stack.callback(providers.stop)
    log("providers: stand-in")
    return providers


def _start_weaviate(
    settings: Settings,
    session: SessionFolder,
    log: Log,
    stack: contextlib.ExitStack,
    announce: Callable[[WeaviateAddress], None],
    network: DocumentedNetwork | None,
    switched: Callable[[WeaviateAddress], None],
) -> tuple[WeaviateAddress, str, RenewableServer | None]:
    """Return the address of Weaviate, in the selected mode or the first that works, and the vectorizer's URL."""
    if settings.weaviate.is_given:
        return _given(settings, log, announce), "", None
    found = obtain_server(settings, log, session)
    # Late: importing the vectorizer's numpy and onnxruntime takes a while, and so does the engine's client.
    from snipproof.services.vectorizer import start_vectorizer

    if found.image:
        from snipproof.services.weaviate.container import ContainerWeaviate, vectorizer_host

        vectorizer = start_vectorizer(vectorizer_host())
        stack.callback(vectorizer.stop)
        log(f"weaviate: container {found.image} ({found.reason})")
        start = partial(ContainerWeaviate.start, settings, session, vectorizer.port, found.reason)
        running = RenewableServer("weaviate", start(announce), start, session, switched, log)
        stack.callback(running.stop)
        return running.address, vectorizer.url, running if is_here(running.address.host) else None
    from snipproof.services.weaviate.embedded import EmbeddedWeaviate

    vectorizer = start_vectorizer(listener=network.namespace.listen(0) if network else None)
    stack.callback(vectorizer.stop)
    log(f"weaviate: embedded {settings.weaviate.version} ({found.reason})")
    begin = partial(
        EmbeddedWeaviate.start, found.binary, settings, session, vectorizer.url, found.reason, log, network=network
    )
    release = network.release if network else lambda *_: None
    server = RenewableServer("weaviate", begin(announce), begin, session, switched, log, release)
    stack.callback(server.stop)
    return server.address, vectorizer.url, server


def _given(settings: Settings, log: Log, announce: Callable[[WeaviateAddress], None]) -> WeaviateAddress:
    """Return the address of the user's own server, once it is ready."""
    from snipproof.services.weaviate.ready import wait_ready

    url = settings.weaviate.url
    if not url:
        origin = settings.origin("weaviate", "mode")
        raise SettingsError(
            f"{origin} mode url requires an address", "set weaviate.url, or --snippets-weaviate-url URL"
        )
    try:
        parts = urlsplit(url if "//" in url else f"//{url}", scheme="http")
        grpc = urlsplit(f"//{settings.weaviate.grpc.rpartition('//')[2]}")
        host, port = parts.hostname or "", parts.port or 80
        target = (grpc.hostname or host, grpc.port or 50051)
    except ValueError:
        raise SettingsError(
            f"{settings.origin('weaviate', 'url')} weaviate.url or weaviate.grpc is not an address: "
            f"{url} {settings.weaviate.grpc}"
        ) from None
    if not host or parts.scheme != "http" or parts.path.strip("/") or parts.query or parts.username:
        origin = settings.origin("weaviate", "url")
        raise SettingsError(f"{origin} weaviate.url: http://HOST:PORT expected, not {url!r}")
    log(f"weaviate: {url} (given by its address)")
    address = WeaviateAddress(host, port, *target, "", "url", "given by its address")
    announce(address)
    grpc_host = f"[{target[0]}]" if ":" in target[0] else target[0]
    try:
        version = wait_ready(address.url, f"{grpc_host}:{target[1]}", min(10.0, settings.weaviate.start_timeout))
    except TimeoutError as error:
        raise InfrastructureError(
            f"Weaviate at {url}: {error}", "check that it is running and that its gRPC port is right"
        ) from None
    return replace(address, version=version)
