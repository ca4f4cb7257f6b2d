"""An HTTP server in threads of this process, which it cannot outlive."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    context: ssl.SSLContext | None = None

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; the handshake of TLS is left to the thread of the connection."""
        connection, address = super().get_request()
        if self.context is not None:
            connection = self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore connections that broke, in whatever way; show every other error, which is a defect."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class HttpServer:
    """Serves ``handler`` on a free port of ``host`` from construction until :meth:`stop`.

    :param listener: the socket to accept connections on, instead of a port of ``host``; it is closed in the end.
    :param context: that of TLS, if it is spoken.
    """

    def __init__(
        self,
        handler: type[BaseHTTPRequestHandler],
        host: str = "127.0.0.1",
        listener: socket.socket | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._server = _Server((host, 0), handler, bind_and_activate=listener is None)
        self._server.context = context
        if listener is not None:
            self._server.socket.close()
            self._server.socket = listener
        host, self.port = self._server.socket.getsockname()[:2]
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
