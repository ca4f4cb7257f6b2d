"""Make the pictures of ``snippets/gallery`` from scikit-image's sample data: a one-off, its results are committed.

Run it in an environment of its own, with the versions the committed files were made with, from the repository's root::

    python -m venv gallery-venv
    gallery-venv/bin/pip install scikit-image==0.26.0 Pillow==13.0.0
    gallery-venv/bin/python tools/make_gallery.py

The distances that the docs show were measured with the committed files. Other versions of Pillow may encode JPEG a
little differently, so after a new run the Expectations of all Sources have to be proven again.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from PIL import Image, ImageOps

GALLERY = Path(__file__).parent.parent / "snippets" / "gallery"
LONGER_SIDE = 320
# Some clients take a base64 string of less than 4 KB for a file name.
SMALLEST = 4_096

# Only pictures whose licence scikit-image states: `snippets/gallery/SOURCES.md` repeats it.
PHOTOS = {
    "astronaut.jpg": "astronaut.png",
    "bricks.jpg": "brick.png",
    "cat.jpg": "chelsea.png",
    "coffee.jpg": "coffee.png",
    "galaxies.jpg": "hubble_deep_field.jpg",
    "grass.jpg": "grass.png",
    "photographer.jpg": "camera.png",
    "retina.jpg": "retina.jpg",
    "rocket.jpg": "rocket.jpg",
}


def sample_folder() -> Path:
    """Return the folder of scikit-image's sample pictures, without importing the package.

    :raises SystemExit: scikit-image is not installed.
    """
    spec = importlib.util.find_spec("skimage")
    if spec is None or spec.origin is None:
        sys.exit("make_gallery: scikit-image is not installed: see the head of this file")
    return Path(spec.origin).parent / "data"


def shrink(image: Image.Image) -> Image.Image:
    """Return ``image`` in RGB, at most ``LONGER_SIDE`` pixels wide and high, its proportions kept."""
    return ImageOps.contain(image.convert("RGB"), (LONGER_SIDE, LONGER_SIDE), Image.Resampling.LANCZOS)


def crop(image: Image.Image, share: float) -> Image.Image:
    """Return the middle of ``image``: ``share`` of its width and of its height."""
    width, height = image.size
    left, top = round(width * (1 - share) / 2), round(height * (1 - share) / 2)
    return image.crop((left, top, width - left, height - top))


def save(image: Image.Image, path: Path, quality: int) -> None:
    """Write ``image`` to ``path`` as JPEG.

    :raises SystemExit: the file is so small that a client could take its base64 form for a file name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, "JPEG", quality=quality)
    size = path.stat().st_size
    if size <= SMALLEST:
        sys.exit(f"make_gallery: {path.name} has only {size} bytes")
    print(f"{path.relative_to(GALLERY)}: {image.width}x{image.height}, {size} bytes")


def main() -> None:
    """Write ``photos/`` (what Weaviate stores) and ``queries/`` (pictures like them, but not the same)."""
    folder = sample_folder()
    small = {}
    for name, sample in PHOTOS.items():
        with Image.open(folder / sample) as image:
            small[name] = shrink(image)
        save(small[name], GALLERY / "photos" / name, quality=85)
    # At 63 the distances that the docs show lie well away from where their last digit would round the other way.
    save(crop(small["cat.jpg"], 0.8), GALLERY / "queries" / "cat-crop.jpg", quality=63)
    save(ImageOps.mirror(small["rocket.jpg"]), GALLERY / "queries" / "rocket-mirrored.jpg", quality=60)


if __name__ == "__main__":
    main()
