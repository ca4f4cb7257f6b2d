"""The vectorizer, over its real protocol."""

from __future__ import annotations

import base64
import io
import json
import math

import pytest
import requests
from PIL import Image
from tests.support.services import picture

from snipproof.services.vectorizer import start_vectorizer


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
