"""Chooses what Weaviate is started from, an image or a binary, and obtains it first if it is not here yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.processes.session_folder import SessionFolder


class ObtainedServer(NamedTuple):
    """What a server is started from: an ``image`` of the container engine, or else a ``binary``.

    :param reason: why this one.
    """

    image: str
    binary: Path
    reason: str


def obtain_server(
    settings: Settings, log: Callable[[str], None], session: SessionFolder, not_in_container: str = ""
) -> ObtainedServer:
    """Return what the settings select, or the first that works. They must not give the address of a server.

    :param log: called with a line about everything that takes time.
    :param session: while it lasts, nobody removes the binary from the cache.
    :param not_in_container: the reason why a container cannot be used, if that is known.
    :raises InfrastructureError: neither can be obtained.
    """
    mode = settings.weaviate.mode
    reason = "selected"
    if mode in ("auto", "container"):
        # Late: importing the engine's client takes a while.
        from snipproof.services.weaviate import container

        image = container.image_name(settings)
        error = not_in_container or container.engine_error(settings) or container.image_error(image, log)
        if error is None:
            reason = "selected" if mode == "container" else "an engine answers and has the image"
            return ObtainedServer(image, Path(), reason)
        if mode == "container":
            raise InfrastructureError(f"mode container: {error}", "start an engine, or use another mode")
        reason = error
    from snipproof.services.weaviate.binary import find_binary

    return ObtainedServer("", find_binary(settings, log, session), reason)
