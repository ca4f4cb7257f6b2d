"""A session with one client."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from snipproof.language_server.editor_server import SnipproofServer
from snipproof.language_server.notifications import NOTIFICATIONS
from snipproof.language_server.requests import RefusedRequest, register

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from snipproof.config import Settings


def make_server(settings_of: Callable[[Path], Settings]) -> SnipproofServer:
    """Return a server that answers all requests; ``start_io`` serves the client at standard input and output.

    :param settings_of: returns the settings of a folder that the client has opened.
    """
    server = SnipproofServer(settings_of)
    for method, answer in NOTIFICATIONS.items():
        server.feature(method)(answer)
    register(server)
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_defect)
    return server


def _is_defect(record: logging.LogRecord) -> bool:
    """Return whether to log a record: the client shows why a request is refused, and a traceback explains nothing."""
    return not (record.exc_info and isinstance(record.exc_info[1], RefusedRequest))
