"""The asset server: the files of one folder over HTTP, in place of the public addresses that docs show."""

from __future__ import annotations

import contextlib
import mimetypes
import os
import shutil
import socket
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from snipproof.services.http_server import HttpServer


def start_assets(folder: Path, listener: socket.socket | None = None) -> HttpServer:
    """Serve the files below ``folder`` on loopback, read-only. Links that lead out of it are not followed.

    :param listener: the socket to accept connections on, instead of a free port.
    """
    root = folder.resolve()

    class Handler(_Handler):
        top = root

    return HttpServer(Handler, listener=listener)


class _Handler(BaseHTTPRequestHandler):
    top: Path

    def do_GET(self) -> None:
        self._serve(with_body=True)

    def do_HEAD(self) -> None:
        self._serve(with_body=False)

    def _serve(self, *, with_body: bool) -> None:
        with contextlib.ExitStack() as stack:
            try:
                target = self._target(unquote(urlsplit(self.path).path).lstrip("/"))
                file = stack.enter_context(target.open("rb"))
            except (OSError, ValueError, RuntimeError):
                # Missing or not readable, a name that is too long, a NUL, links in a circle, a broken address.
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", mimetypes.guess_type(target.name)[0] or "application/octet-stream")
            self.send_header("Content-Length", str(os.fstat(file.fileno()).st_size))
            self.end_headers()
            if with_body:
                shutil.copyfileobj(file, self.wfile)

    def _target(self, path: str) -> Path:
        target = self.top / path
        if not (target.resolve().is_relative_to(self.top) and target.is_file()):
            raise FileNotFoundError(path)
        return target

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is the base class's)
        """Log nothing."""
