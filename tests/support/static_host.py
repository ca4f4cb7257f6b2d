"""A static host on loopback: clean URLs and a 404 page, as the hosts of documentation sites have them."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def static_host(folder: Path) -> Iterator[str]:
    """Serve ``folder`` while the ``with`` block runs, and give its address, without a slash at the end.

    ``/search/image`` is ``search/image.html``, ``/ja`` leads to ``/ja/``, which is ``ja/index.html``, and what does not
    exist is ``404.html`` with status 404.
    """
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.is_file():
            super().do_GET()
        elif (page := path.with_name(f"{path.name}.html")).is_file():
            self._send(page, HTTPStatus.OK)
        elif not (path / "index.html").is_file():
            self._send(Path(self.directory, "404.html"), HTTPStatus.NOT_FOUND)
        else:
            super().do_GET()  # redirects to the path with a slash, or sends the index

    def _send(self, page: Path, status: HTTPStatus) -> None:
        body = page.read_bytes()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Print nothing."""


def path_of(url: str) -> str:
    """Return the path of a URL, without the address of its host."""
    return urlsplit(url).path
