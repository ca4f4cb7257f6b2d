"""Image search with the Weaviate Python client v4."""

import weaviate

client = weaviate.connect_to_local(host="localhost", port=8080, grpc_port=50051)

# START ImageFileSearch
from pathlib import Path

from weaviate.classes.query import MetadataQuery

photos = client.collections.use("Photo")

response = photos.query.near_image(
    near_image=Path("images/cat-crop.jpg"),
    limit=2,
    return_properties=["title"],
    return_metadata=MetadataQuery(distance=True),
)

for photo in response.objects:
    print(photo.properties["title"], photo.metadata.distance)
# END ImageFileSearch

assert [photo.properties["title"] for photo in response.objects][0] == "Chelsea the cat"

# START search with base64
import base64
import json

with open("images/cat-crop.jpg", "rb") as file:
    base64_string = base64.b64encode(file.read()).decode("ascii")

photos = client.collections.use("Photo")

response = photos.query.near_image(
    near_image=base64_string,
    limit=2,
    return_properties=["title"],
    return_metadata=MetadataQuery(distance=True),
)

results = [{"title": photo.properties["title"], "distance": photo.metadata.distance} for photo in response.objects]
print(json.dumps(results, indent=2))
# END search with base64

"""
# START Expected base64 results {of: search with base64}
[
  {
    "title": "Chelsea the cat",
    "distance": 0.0652
  },
  {
    "title": "An astronaut",
    "distance": 0.5217
  }
]
# END Expected base64 results
"""

# START helper base64 functions
import base64
from pathlib import Path

import requests


def url_to_base64(url: str) -> str:
    """Download an image and return it in base64."""
    response = requests.get(url, timeout=10)
    response.raise_for_status()
    return base64.b64encode(response.content).decode("ascii")


def file_to_base64(path: str) -> str:
    """Return an image file in base64."""
    return base64.b64encode(Path(path).read_bytes()).decode("ascii")


online_image = url_to_base64("https://gallery.example.org/photos/cat.jpg")
# END helper base64 functions

found = photos.query.near_image(near_image=online_image, limit=1, return_properties=["title"])
assert found.objects[0].properties["title"] == "Chelsea the cat"
assert file_to_base64("images/cat-crop.jpg") == base64_string

client.close()
