"""The image vectorizer: Weaviate's img2vec-neural protocol, with MobileNetV2 in onnxruntime.

``POST /vectors`` takes ``{"id": …, "image": base64}`` and returns ``{"id", "vector", "dim"}``; Weaviate sends no
Content-Type. ``GET /.well-known/ready`` and ``/.well-known/live`` return 204. Errors are JSON ``{"error": …}``.
"""

from __future__ import annotations

import base64
import io
import json
import os
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from snipproof.services.http_server import HttpServer

# Read when the library is loaded: its own function to disable its telemetry comes too late, and it sends by default.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime

_MODEL = Path(__file__).parent / "model" / "mobilenet_v2_embed_fp16.onnx"
_SIDE = 224  # pixels
_MAX_BODY = 64_000_000  # bytes
_MAX_DIGITS = 8  # those of _MAX_BODY: longer numbers may be too long for `int`


class Embedder:
    """Turns pictures into unit vectors of 1,280 numbers. Thread-safe."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        # One thread gives the same results on every machine, and is faster beside a busy server.
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(_MODEL, options, providers=["CPUExecutionProvider"])

    def embed(self, picture: bytes) -> list[float]:
        """Return the vector of an encoded picture of any format that Pillow reads.

        :raises ValueError: Pillow cannot read the picture.
        """
        try:
            with Image.open(io.BytesIO(picture)) as image:
                # Through RGBA: Pillow warns about the direct conversion, and under pytest a warning may be an error.
                opaque = image.convert("RGBA").convert("RGB") if "transparency" in image.info else image.convert("RGB")
                small = opaque.resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
        except Exception as error:  # noqa: BLE001 (broken pictures raise nearly anything, also warnings turned into errors)
            raise ValueError(f"not a picture: {error}") from None
        pixels = np.asarray(small, dtype=np.float32).transpose(2, 0, 1)[np.newaxis]
        (vectors,) = self._session.run(["embedding"], {"image": pixels})
        return [float(number) for number in vectors[0]]


def start_vectorizer(
    host: str = "127.0.0.1", listener: socket.socket | None = None, reached: Callable[[], None] = lambda: None
) -> HttpServer:
    """Start the vectorizer on a free port of ``host``, or on the socket ``listener``.

    :param reached: called whenever a server looks whether it is ready, in any thread.
    """
    embedder = Embedder()

    class Handler(_Handler):
        embed = staticmethod(embedder.embed)
        on_ready = staticmethod(reached)

    return HttpServer(Handler, host, listener)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    embed: Any
    on_ready: Any

    def do_GET(self) -> None:
        if self.path.rstrip("/") in ("/.well-known/ready", "/.well-known/live"):
            self.on_ready()
            self.send_response(204)
            self.end_headers()
        else:
            self._reply(404, {"error": f"unknown path: {self.path}"})

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        is_number = length.isascii() and length.isdecimal()
        if not is_number or len(length) > _MAX_DIGITS or int(length) > _MAX_BODY:
            self.close_connection = True
            self._reply(413 if is_number else 411, {"error": "expected a Content-Length of up to 64 MB"})
            return
        body = self.rfile.read(int(length))
        if self.path.rstrip("/") != "/vectors":
            self._reply(404, {"error": f"unknown path: {self.path}"})
            return
        try:
            status, reply = 200, self._vector(body)
        except (ValueError, RecursionError) as error:
            status, reply = 400, {"error": f"expected a picture in base64 as 'image': {error}"}
        except Exception as error:  # noqa: BLE001 (whatever it is, the server behind this request needs a response)
            status, reply = 500, {"error": f"the vectorizer failed: {type(error).__name__}: {error}"}
        self._reply(status, reply)

    def _vector(self, body: bytes) -> dict[str, Any]:
        """Return the reply to a request.

        :raises ValueError: it holds no picture.
        """
        request = json.loads(body)
        if not isinstance(request, dict) or not isinstance(image := request.get("image"), str):
            raise ValueError("an object with text is required")  # noqa: TRY004 (the type of what a client sent)
        if not isinstance(name := request.get("id"), str | int | None):
            raise ValueError("its 'id' must be text")  # noqa: TRY004
        vector = self.embed(base64.b64decode(image, validate=True))
        return {"id": name, "vector": vector, "dim": len(vector)}

    def _reply(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is the base class's)
        """Log nothing."""
