"""Hosts of the documented network for which one handler answers, over HTTP and HTTPS."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler

from snipproof.services.http_server import HttpServer
from snipproof.services.network.documented import HTTP, HTTPS, DocumentedNetwork


class ServedHosts:
    """Listens at ``address`` of ``network`` until :meth:`stop`; the hosts exist from now on.

    :param is_one: returns whether a host, in lower case, is one of them.
    :param ports: a port is of HTTP, unless it is among ``secure``.
    :raises NamespaceError: a port is that of another Service.
    """

    def __init__(
        self,
        network: DocumentedNetwork,
        handler: type[BaseHTTPRequestHandler],
        is_one: Callable[[str], bool],
        address: str,
        ports: Iterable[int] = (HTTP, HTTPS),
        secure: Iterable[int] = (HTTPS,),
    ) -> None:
        self._servers: list[HttpServer] = []
        with_tls = set(secure)
        try:
            for port in ports:
                context = network.authority.server_context() if port in with_tls else None
                listener = network.namespace.listen(port, host=address)
                self._servers.append(HttpServer(handler, listener=listener, context=context))
        except BaseException:
            self.stop()
            raise
        network.add_hosts(is_one, address)

    def stop(self) -> None:
        """Stop listening."""
        while self._servers:
            self._servers.pop().stop()
