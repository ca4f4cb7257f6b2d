"""The vectorizer, over its real protocol."""

from __future__ import annotations

import base64
import io
import json
import math
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from PIL import Image
from tests.support.services import picture

from snipproof.services.http_server import HttpServer
from snipproof.services.vectorizer import Embedder, start_vectorizer


@pytest.fixture(scope="module")
def vectorizer() -> Iterator[HttpServer]:
    """A running vectorizer."""
    server = start_vectorizer()
    yield server
    server.stop()


def test_the_vectorizer_speaks_img2vec_neural() -> None:
    """A picture in base64, without a content type, becomes a unit vector, always the same one."""
    server = start_vectorizer()
    try:
        assert requests.get(f"{server.url}/.well-known/ready", timeout=5).status_code == 204
        body = json.dumps({"id": "x_0", "image": base64.b64encode(picture("red")).decode()})
        first = requests.post(f"{server.url}/vectors", data=body, timeout=5).json()
        assert (first["id"], first["dim"], len(first["vector"])) == ("x_0", 1280, 1280)
        assert math.isclose(sum(v * v for v in first["vector"]), 1, abs_tol=1e-5)
        assert requests.post(f"{server.url}/vectors/", data=body, timeout=5).json()["vector"] == first["vector"]
    finally:
        server.stop()


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"image": "%%%"}', '{"image": "aGVsbG8="}', '{"image": 3}'])
def test_the_vectorizer_rejects_anything_but_a_picture(body: str) -> None:
    """Bad input is a JSON error."""
    server = start_vectorizer()
    try:
        reply = requests.post(f"{server.url}/vectors", data=body, headers={"Content-Length": str(len(body))}, timeout=5)
        assert reply.status_code == 400
        assert "picture" in reply.json()["error"]
    finally:
        server.stop()


PICTURE = json.dumps({"image": base64.b64encode(picture("red")).decode()}).encode()
DEEP = b"[" * 100_000 + b"]" * 100_000


def sized(body: bytes) -> bytes:
    return b"POST /vectors HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def with_length(length: bytes) -> bytes:
    return b"POST /vectors HTTP/1.1\r\nContent-Length: %s\r\n\r\n{}" % length


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (sized(PICTURE), 200),
        (sized(DEEP), 400),
        (sized(b'{"image": ' + DEEP + b"}"), 400),
        (sized(PICTURE.replace(b"{", b'{"id": ' + b"[" * 900 + b"]" * 900 + b", ")), 400),
        (sized(PICTURE.replace(b"{", b'{"id": {"a": 1}, ')), 400),
        (sized(b'{"image": "\\ud800"}'), 400),
        (sized(b'{"image": "\xff"}'), 400),
        (sized(b"1" * 5000), 400),
        (sized(b'"image"'), 400),
        (sized(PICTURE.replace(b'"}', b"")), 400),
        (sized(b'{"image": "' + base64.b64encode(picture("red")[:400]) + b'"}'), 400),
        (sized(b'{"image": "' + base64.b64encode(b"GIF89a" + bytes(99)) + b'"}'), 400),
        (with_length(b"9" * 5000), 413),
        (with_length(b"100000000"), 413),
        (with_length(b"-1"), 411),
        (with_length(b"\xb2"), 411),
        (with_length(b"1e3"), 411),
        (b"POST /vectors HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST /else HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", 404),
        (b"GET /else HTTP/1.1\r\nConnection: close\r\n\r\n", 404),
        (b"PUT /vectors HTTP/1.1\r\nConnection: close\r\n\r\n", 501),
        (b"POST /vectors HTTP/9.9\r\n\r\n", 505),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400),
        (b"POST /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"POST /vectors HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", 431),
    ],
    ids=lambda value: value[:40] if isinstance(value, bytes) else None,
)
def test_the_vectorizer_answers_whatever_it_receives(
    vectorizer: HttpServer, capfd: pytest.CaptureFixture[str], request_: bytes, status: int
) -> None:
    """An HTTP status and no traceback."""
    with socket.create_connection(("127.0.0.1", vectorizer.port), timeout=10) as client:
        client.sendall(request_)
        client.shutdown(socket.SHUT_WR)
        response = client.makefile("rb").read()
    assert str(status).encode() in response  # in the body only, where a request has no valid version
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("sent", [sized(PICTURE), sized(PICTURE)[:-99], b"POST /vectors HT", b""])
def test_a_client_that_hangs_up_leaves_no_traceback(
    vectorizer: HttpServer, capfd: pytest.CaptureFixture[str], sent: bytes
) -> None:
    """Neither in the middle of its request, nor before the response; the next one is served."""
    for _ in range(3):
        client = socket.create_connection(("127.0.0.1", vectorizer.port), timeout=10)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # reset the connection
        client.sendall(sent)
        client.close()
    reply = requests.post(f"{vectorizer.url}/vectors", data=PICTURE, timeout=10)
    assert reply.status_code == 200
    assert capfd.readouterr().err == ""


def test_a_defect_of_the_vectorizer_is_a_response(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weaviate shows it to the client."""

    def fail(self: Embedder, picture: bytes) -> list[float]:
        raise MemoryError("no memory")

    monkeypatch.setattr(Embedder, "embed", fail)
    server = start_vectorizer()
    try:
        reply = requests.post(f"{server.url}/vectors", data=PICTURE, timeout=5)
        assert (reply.status_code, reply.json()["error"]) == (500, "the vectorizer failed: MemoryError: no memory")
    finally:
        server.stop()


def test_the_vectorizer_leaves_no_files(tmp_path: Path) -> None:
    """Its library would store an id of the device and events to send below the home and the temporary folder."""
    code = "from snipproof.services.vectorizer import Embedder; Embedder()"
    folders = {name: str(tmp_path / name) for name in ("HOME", "XDG_CACHE_HOME", "TMPDIR")}
    for folder in folders.values():
        Path(folder).mkdir()
    env = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    subprocess.run([sys.executable, "-c", code], env={**env, **folders}, check=True)
    assert [path for folder in folders.values() for path in Path(folder).rglob("*")] == []


def test_the_vectorizer_accepts_pictures_that_pillow_warns_about() -> None:
    """Warnings are errors in these tests. A palette with transparency has the vector of its colours."""
    gradient, data, plain = Image.linear_gradient("L").convert("P"), io.BytesIO(), io.BytesIO()
    gradient.save(data, "PNG", transparency=bytes(range(256)))
    gradient.convert("RGB").save(plain, "PNG")
    server = start_vectorizer()
    try:
        vectors = [
            requests.post(f"{server.url}/vectors", data=json.dumps({"image": image}), timeout=5).json()["vector"]
            for image in (base64.b64encode(stream.getvalue()).decode() for stream in (data, plain))
        ]
        assert vectors[0] == vectors[1]
    finally:
        server.stop()
