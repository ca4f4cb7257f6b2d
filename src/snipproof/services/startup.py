"""Starts all Services of one Run, in the order in which they need each other, and stops them again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from snipproof.config import Settings
from snipproof.errors import InfrastructureError, SettingsError
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.assets import start_assets
from snipproof.services.vectorizer import start_vectorizer
from snipproof.services.weaviate.server import WeaviateAddress

if TYPE_CHECKING:
    from snipproof.services.recorder.pass_through import Recorder

Say = Callable[[str], None]


class Services:
    """The running Services and their addresses.

    ``vectorizer_url`` is empty where the Weaviate was given by its address: it has a vectorizer of its own.
    ``weaviate`` is where it really answers, also when Sources reach it through a recorder.
    """

    def __init__(
        self,
        stack: contextlib.ExitStack,
        weaviate: WeaviateAddress,
        vectorizer: str,
        assets: str,
        recorder: Recorder | None = None,
    ) -> None:
        self._stack = stack
        self._recorder = recorder
        self.weaviate = weaviate
        self.vectorizer_url = vectorizer
        self.assets_url = assets

    @classmethod
    def start(
        cls,
        settings: Settings,
        run: SessionFolder,
        say: Say,
        assets: Path | None = None,
        announce: Callable[[Mapping[str, str]], None] = lambda _: None,
        recorder: Recorder | None = None,
    ) -> Services:
        """Start what ``settings`` ask for; ``say`` gets a line about each thing that is chosen or takes time.

        :param assets: the folder to serve, if any.
        :param announce: gets the :meth:`placeholders` as soon as the addresses are known, long before anything is
            ready; again if they have to change.
        :param recorder: leads to Weaviate from the moment its address is known; the placeholders are those of the
            recorder then.
        :raises InfrastructureError: a Service did not start; those that had are stopped.
        :raises SettingsError: the mode needs a setting that is missing.
        """
        with contextlib.ExitStack() as stack:
            assets_url = ""
            if assets is not None:
                server = start_assets(assets)
                stack.callback(server.stop)
                assets_url = server.url

            def known(address: WeaviateAddress) -> None:
                if recorder:
                    recorder.forward_to(address)
                announce(_placeholders(recorder.address(address) if recorder else address, assets_url))

            weaviate, vectorizer_url = _start_weaviate(settings, run, say, stack, known)
            if weaviate.version != settings.weaviate.version:
                say(f"weaviate: the server says that it is {weaviate.version}, not {settings.weaviate.version} as set")
            return cls(stack.pop_all(), weaviate, vectorizer_url, assets_url, recorder)
        raise AssertionError("unreachable")

    def placeholders(self) -> dict[str, str]:
        """Return what the ``{name}`` placeholders of Bindings stand for."""
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


def _start_weaviate(
    settings: Settings,
    run: SessionFolder,
    say: Say,
    stack: contextlib.ExitStack,
    announce: Callable[[WeaviateAddress], None],
) -> tuple[WeaviateAddress, str]:
    """Return the Weaviate of the mode that is asked for, else of the first mode that works, and its vectorizer."""
    mode = settings.weaviate.mode
    if settings.weaviate.is_given:
        return _given(settings, say, announce), ""
    reason = "asked for"
    if mode in ("auto", "container"):
        # Only now: importing the engine's client takes a while.
        from snipproof.services.weaviate import container

        image = container.image_name(settings)
        trouble = container.engine_error() or container.image_error(image, say)
        if trouble is None:
            reason = "asked for" if mode == "container" else "an engine answers and has the image"
            vectorizer = start_vectorizer(container.vectorizer_host())
            stack.callback(vectorizer.stop)
            say(f"weaviate: container {image} ({reason})")
            running = container.ContainerWeaviate.start(settings, run, vectorizer.port, reason, announce)
            stack.callback(running.stop)
            return running.address, vectorizer.url
        if mode == "container":
            raise InfrastructureError(f"mode container: {trouble}", "start an engine, or use another mode")
        reason = trouble
    from snipproof.services.weaviate.binary import find_binary
    from snipproof.services.weaviate.embedded import EmbeddedWeaviate

    binary = find_binary(settings, say)
    vectorizer = start_vectorizer()
    stack.callback(vectorizer.stop)
    say(f"weaviate: embedded {settings.weaviate.version} ({reason})")
    server = EmbeddedWeaviate.start(binary, settings, run, vectorizer.url, reason, say, announce)
    stack.callback(server.stop)
    return server.address, vectorizer.url


def _given(settings: Settings, say: Say, announce: Callable[[WeaviateAddress], None]) -> WeaviateAddress:
    """Return the address of the user's own server, once it is ready."""
    from snipproof.services.weaviate.ready import wait_ready

    url = settings.weaviate.url
    if not url:
        raise SettingsError("mode url: no address is given", "set weaviate.url, or --snippets-weaviate-url URL")
    try:
        parts = urlsplit(url if "//" in url else f"//{url}", scheme="http")
        grpc = urlsplit(f"//{settings.weaviate.grpc.rpartition('//')[2]}")
        host, port = parts.hostname or "", parts.port or 80
        target = (grpc.hostname or host, grpc.port or 50051)
    except ValueError:
        raise SettingsError(f"weaviate.url or weaviate.grpc is no address: {url} {settings.weaviate.grpc}") from None
    if not host or parts.scheme != "http" or parts.path.strip("/") or parts.query or parts.username:
        raise SettingsError(f"weaviate.url: http://HOST:PORT expected, not {url!r}")
    say(f"weaviate: {url} (given by its address)")
    address = WeaviateAddress(host, port, *target, "", "url", "given by its address")
    announce(address)
    grpc_host = f"[{target[0]}]" if ":" in target[0] else target[0]
    try:
        version = wait_ready(address.url, f"{grpc_host}:{target[1]}", min(10.0, settings.weaviate.start_timeout))
    except TimeoutError as error:
        raise InfrastructureError(f"Weaviate at {url}: {error}", "is it running, and is its gRPC port right?") from None
    return replace(address, version=version)
