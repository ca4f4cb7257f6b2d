"""The gallery, stored in a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from snipproof.errors import SettingsError
from snipproof.services.gallery import Gallery
from snipproof.services.weaviate.server import WeaviateAddress
from snipproof.services.weaviate.stored import StoredReader


def test_a_gallery_must_carry_our_mark(tmp_path: Path, weaviate: WeaviateAddress, gallery: Gallery) -> None:
    """Only a collection with the mark may be replaced, so without it nothing is created."""
    definition = tmp_path / "collection.json"
    for text, message in (
        (definition.read_text().replace("made by", "not"), "must begin with"),
        ("{}", "'class' is missing"),
    ):
        definition.write_text(text)
        with pytest.raises(SettingsError, match=message):
            gallery.fill(weaviate)
    assert StoredReader(weaviate).read() == {}


def test_a_gallery_without_its_files_is_an_error(tmp_path: Path, weaviate: WeaviateAddress) -> None:
    """The error names the path."""
    with pytest.raises(SettingsError, match=r"collection\.json:1:1 failed to read"):
        Gallery(tmp_path).fill(weaviate)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("collection.json", "[]", "'class' is missing"),
        ("collection.json", '{"class": "Tiny", "description": 3}', "the description must begin with"),
        ("photos.json", "{}", "a list of photos expected"),
        ("photos.json", "[1]", "photo not found"),
        ("photos.json", '[{"file": null}]', "photo not found"),
    ],
)
def test_a_gallery_in_another_form_is_an_error(
    tmp_path: Path, weaviate: WeaviateAddress, gallery: Gallery, name: str, text: str, message: str
) -> None:
    """Of the settings, without a traceback, before anything is stored."""
    (tmp_path / name).write_text(text)
    with pytest.raises(SettingsError, match=f"{name}:1:1 {message}"):
        gallery.fill(weaviate)
    assert StoredReader(weaviate).read() == {}
