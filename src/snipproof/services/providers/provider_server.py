"""Reads requests to providers off connections, and writes the responses."""

from __future__ import annotations

import email
import email.policy
import json
import re
from base64 import b64encode
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from snipproof.services.providers.exchange import Request, Response
from snipproof.services.providers.modes import host_and_port
from snipproof.services.providers.stand_in import error_response

_MAX_BODY = 256_000_000  # bytes
_MAX_DIGITS = 9  # those of _MAX_BODY
# Without them, Weaviate sends one object a request to OpenAI, as if its limit were reached.
_LIMITS = {
    f"x-ratelimit-{kind}-{of}": value
    for of in ("requests", "tokens")
    for kind, value in (("limit", "10000000"), ("remaining", "10000000"), ("reset", "1ms"))
}


class ProviderHandler(BaseHTTPRequestHandler):
    """One connection; a subclass sets what answers.

    ``knows`` returns whether a host exists, ``respond`` the response for a client that names the host in its second
    argument; ``reject`` gets the reason why a request cannot be read, and its host, if that is known. ``fixed_host`` is
    the host whose protocol is spoken, whatever the client names.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    knows: Callable[[str], bool]
    respond: Callable[[Request, str], Response]
    reject: Callable[..., None]
    fixed_host = ""
    port = 443
    raw_requestline: bytes

    def parse_request(self) -> bool:
        """Return whether a request was read; clients that speak nothing but HTTP/2 are those of gRPC."""
        if self.raw_requestline.startswith(b"PRI * HTTP/2"):
            self.close_connection = True
            type(self).reject("a request to a provider over HTTP/2 or gRPC: only HTTP/1.1 is answered for providers")
            return False
        return super().parse_request()

    def do_POST(self) -> None:
        """Answer one request."""
        try:
            data = self._body()
        except ValueError as error:
            self.close_connection = True
            self._send(error_response(413, str(error)))
            return
        name = re.sub(r":(80|443)$", "", self.headers.get("Host", "").lower())
        host = self.fixed_host or host_and_port(name)[0]
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not (self.fixed_host or type(self).knows(host)):
            self._send(error_response(404, f"nothing answers for {host}"))
            return
        try:
            body = _decoded(data, headers.get("content-type", ""))
        except (ValueError, RecursionError):
            type(self).reject(f"the body of a request to {name} is not JSON", host, name)
            self._send(error_response(400, "the body of the request is not JSON"))
            return
        parts = urlsplit(self.path)
        request = Request(host, self.command, parts.path, headers, body, parts.query, data, self.port)
        try:
            response = type(self).respond(request, name)
        except Exception as error:  # noqa: BLE001 (whatever it is, the client needs a response)
            response = error_response(500, f"{type(error).__name__}: {error}")
        self._send(response)

    def do_GET(self) -> None:
        """Answer one request."""
        self.do_POST()

    def do_HEAD(self) -> None:
        """Answer one request."""
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
        is_raw = isinstance(response.body, str | bytes) and response.kind != "application/json"
        data = response.body if is_raw else json.dumps(response.body)
        data = data.encode() if isinstance(data, str) else data
        self.send_response(response.status)
        if response.status != 204:
            self.send_header("Content-Type", response.kind)
            self.send_header("Content-Length", str(len(data)))
            for name, value in (_LIMITS if response.headers is None else response.headers).items():
                self.send_header(name, value)
        self.end_headers()
        if response.status != 204 and self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is the base class's)
        """Log nothing."""


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
