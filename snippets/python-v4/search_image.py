"""Image search with the Weaviate Python client v4."""

import weaviate

client = weaviate.connect_to_local(host="localhost", port=8080, grpc_port=50051)

# START ImageFileSearch
import json
from pathlib import Path

from weaviate.classes.query import MetadataQuery

photos = client.collections.use("Photo")

response = photos.query.near_image(
    near_image=Path("images/cat-crop.jpg"),
    limit=2,
    return_properties=["title"],
    return_metadata=MetadataQuery(distance=True),
)

results = [
    {"title": photo.properties["title"], "distance": photo.metadata.distance}
    for photo in response.objects
]
print(json.dumps(results, indent=2))
# END ImageFileSearch

# START search with base64
import base64
import json
from pathlib import Path

from weaviate.classes.query import MetadataQuery

image = Path("images/cat-crop.jpg").read_bytes()
base64_string = base64.b64encode(image).decode("ascii")

photos = client.collections.use("Photo")

response = photos.query.near_image(
    near_image=base64_string,
    limit=2,
    return_properties=["title"],
    return_metadata=MetadataQuery(distance=True),
)

results = [
    {"title": photo.properties["title"], "distance": photo.metadata.distance}
    for photo in response.objects
]
print(json.dumps(results, indent=2))
# END search with base64

"""
# START Expected base64 results {of: search with base64, from: response, ignore: id}
{
  "data": {
    "Get": {
      "Photo": [
        {
          "title": "Chelsea the cat",
          "_additional": {
            "distance": 0.0613
          }
        },
        {
          "title": "An astronaut",
          "_additional": {
            "distance": 0.5238
          }
        }
      ]
    }
  }
}
# END Expected base64 results

# START Expected printed results {of: [ImageFileSearch, search with base64]}
[
  {
    "title": "Chelsea the cat",
    "distance": 0.0613
  },
  {
    "title": "An astronaut",
    "distance": 0.5238
  }
]
# END Expected printed results
"""

# START helper base64 functions
import base64
from pathlib import Path

import requests


def url_to_base64(url: str) -> str:
    """Download an image and return it as a base64 string."""
    image = requests.get(url, timeout=10)
    image.raise_for_status()
    return base64.b64encode(image.content).decode("ascii")


def file_to_base64(path: str) -> str:
    """Return an image file as a base64 string."""
    return base64.b64encode(Path(path).read_bytes()).decode("ascii")


photos = client.collections.use("Photo")

response = photos.query.near_image(
    near_image=url_to_base64("https://gallery.example.org/photos/cat.jpg"),
    limit=1,
    return_properties=["title"],
)

print(response.objects[0].properties["title"])
# END helper base64 functions

"""
# START Expected helper results
Chelsea the cat
# END Expected helper results
"""

assert file_to_base64("images/cat-crop.jpg") == base64_string

client.close()
