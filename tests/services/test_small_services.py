"""The vectorizer, the asset server, the gallery and the guard of what is stored, each over its real protocol."""

from __future__ import annotations

import base64
import io
import json
import math
from pathlib import Path

import pytest
import requests
from PIL import Image

from snipproof.errors import InfrastructureError, SettingsError
from snipproof.services.assets import start_assets
from snipproof.services.gallery import Gallery
from snipproof.services.vectorizer import start_vectorizer
from snipproof.services.weaviate.server import WeaviateAddress, call
from snipproof.services.weaviate.state import State, fingerprint


def picture(colour: str) -> bytes:
    data = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").point(lambda v: v // 2).resize((90, 60)).save(data, "JPEG")
    Image.new("RGB", (90, 60), colour).save(data, "JPEG")
    return data.getvalue()


def test_the_vectorizer_speaks_img2vec_neural() -> None:
    """A picture in base64, without a content type, gives a unit vector; the same one each time."""
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
def test_the_vectorizer_refuses_what_is_no_picture(body: str) -> None:
    """Bad input gets a JSON error, and the next request works."""
    server = start_vectorizer()
    try:
        reply = requests.post(f"{server.url}/vectors", data=body, headers={"Content-Length": str(len(body))}, timeout=5)
        assert reply.status_code == 400
        assert "picture" in reply.json()["error"]
    finally:
        server.stop()


def test_the_vectorizer_takes_pictures_that_pillow_warns_about() -> None:
    """Warnings are errors here, as in many a project: a palette with transparency still gives its colours' vector."""
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


def test_assets_stay_inside_their_folder(tmp_path: Path) -> None:
    """Files of the folder are served with their type; nothing outside it is, by path or by link."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "a b.jpg").write_bytes(b"picture")
    (tmp_path / "secret").write_text("secret")
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "circle").symlink_to("circle")
    server = start_assets(root)
    try:
        reply = requests.get(f"{server.url}/a%20b.jpg", timeout=5)
        assert (reply.content, reply.headers["Content-Type"]) == (b"picture", "image/jpeg")
        for path in ("/%2e%2e/secret", "/link", "/", "/none", "/a%00b", "/circle", "/" + "a" * 300):
            assert requests.get(server.url + path, timeout=5).status_code == 404, path
    finally:
        server.stop()


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    """A gallery of one text-only object: no vectorizer is needed to store it."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(picture("blue"))
    (tmp_path / "photos.json").write_text('[{"file": "a.jpg", "title": "Blue"}]')
    definition = {
        "class": "Tiny",
        "description": "made by snipproof",
        "vectorizer": "img2vec-neural",
        "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}},
        "properties": [
            {"name": n, "dataType": [t]} for n, t in (("title", "text"), ("file", "text"), ("image", "blob"))
        ],
    }
    (tmp_path / "collection.json").write_text(json.dumps(definition))
    return Gallery(tmp_path)


def test_what_a_source_changes_is_put_back(weaviate: WeaviateAddress, gallery: Gallery) -> None:
    """A further collection is dropped; a kept one that was emptied, changed or deleted is filled again."""
    state = State(weaviate)
    state.keep(gallery.fill)
    state.mark()
    before = fingerprint(weaviate)
    assert before["Tiny"][1] == 1
    assert state.restore_if_changed() == []
    call(weaviate, "POST", "/v1/schema", {"class": "Further"})
    (stored,) = call(weaviate, "GET", "/v1/objects?class=Tiny")["objects"]
    call(weaviate, "DELETE", f"/v1/objects/Tiny/{stored['id']}")
    assert state.restore_if_changed() == ["made the collection Further", "changed the collection Tiny"]
    assert fingerprint(weaviate) == before
    call(weaviate, "DELETE", "/v1/schema/Tiny")
    assert state.restore_if_changed() == ["deleted the collection Tiny"]
    assert fingerprint(weaviate) == before
    state.clear()
    assert fingerprint(weaviate) == {}


def test_a_plain_fill_of_several_collections_is_enough(weaviate: WeaviateAddress) -> None:
    """When one of the collections that a fill made is gone, the fill meets none of the others."""

    def fill(address: WeaviateAddress) -> None:
        for name in ("One", "Two"):
            call(address, "POST", "/v1/schema", {"class": name})

    state = State(weaviate)
    state.keep(fill)
    call(weaviate, "POST", "/v1/schema", {"class": "Fixture"})  # made by nobody we know: not to be dropped
    state.mark()
    call(weaviate, "DELETE", "/v1/schema/One")
    assert state.restore_if_changed() == ["deleted the collection One"]
    assert sorted(fingerprint(weaviate)) == ["Fixture", "One", "Two"]
    state.clear()


def test_a_gallery_must_carry_our_mark(tmp_path: Path, weaviate: WeaviateAddress, gallery: Gallery) -> None:
    """Without the mark we could not tell our collection from another's, so nothing is made."""
    definition = tmp_path / "collection.json"
    for text, message in ((definition.read_text().replace("made by", "not"), "must begin with"), ("{}", "no 'class'")):
        definition.write_text(text)
        with pytest.raises(SettingsError, match=message):
            gallery.fill(weaviate)
    assert fingerprint(weaviate) == {}


def test_collections_of_others_are_never_dropped(weaviate: WeaviateAddress, gallery: Gallery) -> None:
    """On a server that has content of its own we refuse rather than overwrite, and clear only what is ours."""
    call(weaviate, "POST", "/v1/schema", {"class": "Tiny", "description": "somebody's"})
    try:
        state = State(weaviate)
        with pytest.raises(InfrastructureError, match="has a collection Tiny that is not ours"):
            state.keep(gallery.fill)
        state.mark()
        call(weaviate, "POST", "/v1/schema", {"class": "Further"})
        state.clear()
        assert list(fingerprint(weaviate)) == ["Tiny"]
        call(weaviate, "DELETE", "/v1/schema/Tiny")
        with pytest.raises(InfrastructureError, match="cannot be put back: Tiny"):
            state.restore_if_changed()
    finally:
        for name in fingerprint(weaviate):
            call(weaviate, "DELETE", f"/v1/schema/{name}")


def test_what_a_killed_run_stored_is_dropped_at_the_next_start(weaviate: WeaviateAddress, gallery: Gallery) -> None:
    """Our mark in a collection's description tells the next Run that it may be dropped."""
    gallery.fill(weaviate)
    State(weaviate)
    assert fingerprint(weaviate) == {}


def test_a_gallery_without_its_files_is_an_error(tmp_path: Path, weaviate: WeaviateAddress) -> None:
    """A missing definition is named with its path."""
    with pytest.raises(SettingsError, match=r"collection\.json:1:1 cannot be read"):
        Gallery(tmp_path).fill(weaviate)
