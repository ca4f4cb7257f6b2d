"""A server given by its address is used by one session at a time.

Two sessions on one server would see, and delete, what the other one stored. A lock keeps them apart: other runs on this
machine, and other workers of pytest-xdist, wait.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager

from snipproof.processes.lock import locked
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.weaviate.server import WeaviateAddress


def claimed(
    address: WeaviateAddress, session: SessionFolder, log: Callable[[str], None]
) -> AbstractContextManager[None]:
    """Return a context in which no other session on this machine uses the server; entering it may have to wait.

    :param log: called with a line, if that takes longer than a moment.
    """
    host = "127.0.0.1" if address.host == "localhost" else address.host
    name = hashlib.sha256(f"{host}:{address.port}".encode()).hexdigest()[:16]
    place = session.folder.parent / f"server-{name}.lock"
    return locked(place, f"Weaviate at {address.url}", "using", log, session.closing)
