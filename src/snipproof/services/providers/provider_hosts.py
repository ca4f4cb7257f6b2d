"""Serves the stand-in for providers of models in the documented network."""

from __future__ import annotations

import email
import email.policy
import json
import re
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from snipproof.config import Settings
from snipproof.errors import SettingsError
from snipproof.processes.cache_folder import cache_folder
from snipproof.services.http_server import HttpServer
from snipproof.services.network.documented import (
    HTTP,
    HTTPS,
    PROVIDERS_ADDRESS,
    REST,
    WEAVIATE_ADDRESS,
    DocumentedNetwork,
)
from snipproof.services.network.namespace import NamespaceError
from snipproof.services.providers.exchange import Request, Response
from snipproof.services.providers.models import Models, Vector
from snipproof.services.providers.sentence_model import SentenceModel, require_model
from snipproof.services.providers.stand_in import PROTOCOLS, answer, error_response, protocols_of

_DEFAULT = "default"
_LOCAL = "localhost"
_MAX_BODY = 256_000_000  # bytes
# Without them, Weaviate sends one object a request to OpenAI, as if its limit were reached.
_LIMITS = tuple(
    (f"x-ratelimit-{kind}-{of}", value)
    for of in ("requests", "tokens")
    for kind, value in (("limit", "10000000"), ("remaining", "10000000"), ("reset", "1ms"))
)
_MAX_DIGITS = 9  # those of _MAX_BODY


class Providers:
    """The hosts of providers that the settings name, and what answers for them until :meth:`stop`.

    :param modes: maps hosts, as globs, with or without a port, or ``default`` to what answers.
    :param respond: returns the response to a request.
    :param position: returns the number of probe events of the Source that is running.
    """

    def __init__(
        self, modes: Mapping[str, str], respond: Callable[[Request], Response], position: Callable[[], int] = lambda: 0
    ) -> None:
        self._has_default = _DEFAULT in modes
        self._named = [_host_and_port(key.lower()) for key in modes if key != _DEFAULT]
        self._respond = respond
        self._servers: list[HttpServer] = []
        self._taken = {REST}  # ports of this machine at which the docs show servers
        self._answered: dict[str, int] = {}
        self._position = position
        self._lock = threading.Lock()
        self._close: Callable[[], None] = lambda: None

    @classmethod
    def start(
        cls, settings: Settings, network: DocumentedNetwork, position: Callable[[], int] = lambda: 0
    ) -> Providers:
        """Listen in ``network``, where the hosts of ``settings.providers`` exist from now on.

        :param position: returns the number of probe events of the Source that is running.
        :raises SettingsError: the package of the sentence model is missing, or a port is that of another Service.
        """
        require_model(settings.origin("providers"))
        sentences = SentenceModel(cache_folder(settings) / "providers" / "vectors.sqlite")
        models = Models(sentences.embed, _Pictures().embed)
        providers = cls(settings.providers, lambda request: answer(request, models), position)
        providers._close = sentences.close
        try:
            providers._listen(network, settings)
        except BaseException:
            providers.stop()
            raise
        network.add_hosts(providers.knows, PROVIDERS_ADDRESS)
        return providers

    def knows(self, host: str) -> bool:
        """Return whether ``host``, in lower case, is one of them."""
        if any(fnmatchcase(host, pattern) for pattern, _ in self._named):
            return True
        return self._has_default and bool(protocols_of(host))

    def answered(self) -> tuple[tuple[str, int], ...]:
        """Return the hosts for which a model has answered since the last call, in the order of their first answers.

        With each, the number of probe events of the Source that was running before that answer.
        """
        with self._lock:
            found = tuple(self._answered.items())
            self._answered.clear()
        return found

    def respond(self, request: Request, name: str) -> Response:
        """Return the response to ``request``, for a client that named the host ``name``, with a port or without."""
        position = self._position()
        response = self._respond(request)
        if request.method == "POST" and response.status == 200:
            with self._lock:
                self._answered.setdefault(name, position)
        return response

    def stop(self) -> None:
        """Stop listening."""
        for server in self._servers:
            server.stop()
        self._servers.clear()
        self._close()

    def _listen(self, network: DocumentedNetwork, settings: Settings) -> None:
        self._taken |= set(network.routes.ports)

        def listen(address: str, port: int, host: str = "") -> None:
            class Handler(_Handler):
                providers = self
                fixed_host = host

            context = network.authority.server_context() if port == HTTPS else None
            try:
                listener = network.namespace.listen(port, host=address)
            except NamespaceError as error:
                place = settings.origin("providers", f"{_LOCAL}:{port}")
                raise SettingsError(f"{place} port {port} of {host or address} cannot be used: {error}") from None
            self._servers.append(HttpServer(Handler, listener=listener, context=context))

        for port in sorted({HTTP, HTTPS, *self._ports(local=False)}):
            listen(PROVIDERS_ADDRESS, port)
        for port, host in self._ports(local=True).items():
            listen(WEAVIATE_ADDRESS, port, host)

    def _ports(self, *, local: bool) -> dict[int, str]:
        """Return the further ports of this machine, or of the providers' hosts; with the host whose protocol it has."""
        ports = {port: host for host, port in self._named if port and local is (host == _LOCAL)}
        for protocol in PROTOCOLS:
            if self._has_default or (not local and any(map(self.knows, protocol.hosts))):
                # Where the docs show a provider on the reader's machine, it is not Weaviate.
                ports |= {port: protocol.hosts[0] for port in protocol.ports if not (local and port in self._taken)}
        return ports


class _Pictures:
    """The image model, loaded on first use. Thread-safe."""

    def __init__(self) -> None:
        self._embed: Callable[[bytes], Vector] | None = None
        self._lock = threading.Lock()

    def embed(self, picture: bytes) -> Vector:
        with self._lock:
            if self._embed is None:
                from snipproof.services.vectorizer import Embedder  # importing it takes a while

                self._embed = Embedder().embed
        return self._embed(picture)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    providers: Providers
    fixed_host = ""

    def do_POST(self) -> None:
        try:
            data = self._body()
        except ValueError as error:
            self.close_connection = True
            self._send(error_response(413, str(error)))
            return
        name = re.sub(r":(80|443)$", "", self.headers.get("Host", "").lower())
        host = self.fixed_host or _host_and_port(name)[0]
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            body = _decoded(data, headers.get("content-type", ""))
        except (ValueError, RecursionError):
            self._send(error_response(400, "the body of the request is not JSON"))
            return
        if not (self.fixed_host or self.providers.knows(host)):
            self._send(error_response(404, f"nothing answers for {host}"))
            return
        request = Request(host, self.command, urlsplit(self.path).path, headers, body)
        try:
            response = self.providers.respond(request, name)
        except Exception as error:  # noqa: BLE001 (whatever it is, the client needs a response)
            response = error_response(500, f"the stand-in failed: {type(error).__name__}: {error}")
        self._send(response)

    def do_GET(self) -> None:
        self.do_POST()

    def do_HEAD(self) -> None:
        self.do_POST()

    def _body(self) -> bytes:
        """Return the body of the request.

        :raises ValueError: it is too long, or its length is unknown.
        """
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdecimal()) or len(length) > _MAX_DIGITS or int(length) > _MAX_BODY:
            raise ValueError("expected a Content-Length of up to 256 MB")
        return self.rfile.read(int(length))

    def _chunks(self) -> bytes:
        data = bytearray()
        while size := int(self.rfile.readline(64).split(b";")[0], 16):
            if size < 0 or len(data) + size > _MAX_BODY:
                raise ValueError("expected a body of up to 256 MB")
            data += self.rfile.read(size)
            self.rfile.readline(64)
        while self.rfile.readline(8192).strip():
            pass  # trailers
        return bytes(data)

    def _send(self, response: Response) -> None:
        is_text = isinstance(response.body, str) and response.kind != "application/json"
        data = (response.body if is_text else json.dumps(response.body)).encode()
        self.send_response(response.status)
        if response.status != 204:
            self.send_header("Content-Type", response.kind)
            self.send_header("Content-Length", str(len(data)))
            for name, value in _LIMITS:
                self.send_header(name, value)
        self.end_headers()
        if response.status != 204 and self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is the base class's)
        """Log nothing."""


def _host_and_port(text: str) -> tuple[str, int]:
    """Return the parts of ``HOST`` or ``HOST:PORT``; the port is 0 if there is none."""
    host, _, port = text.partition(":")
    return host, int(port) if port.isascii() and port.isdecimal() and len(port) < 6 else 0


def _decoded(data: bytes, kind: str) -> Any:
    """Return the JSON of a body, ``None`` for an empty one; the fields of a form, with files in base64.

    :raises ValueError: it is neither.
    """
    if kind.startswith("multipart/form-data"):
        head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1", "replace")
        form = email.message_from_bytes(head + data, policy=email.policy.HTTP)
        fields = {}
        for part in form.iter_parts():
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                is_file = part.get_filename() is not None
                name = str(part.get_param("name", "", header="content-disposition"))
                fields[name] = b64encode(content).decode() if is_file else content.decode("utf-8", "replace")
        return fields
    return json.loads(data) if data.strip() else None
