"""Image search with the Weaviate Python client v3."""

import weaviate

client = weaviate.Client("http://localhost:8080")

# START ImageFileSearch
import json

response = (
    client.query.get("Photo", ["title"])
    .with_near_image({"image": "images/cat-crop.jpg"}, encode=True)
    .with_additional(["distance"])
    .with_limit(2)
    .do()
)

print(json.dumps(response, indent=2))
# END ImageFileSearch

# START search with base64
import base64
import json
from pathlib import Path

image = Path("images/cat-crop.jpg").read_bytes()
base64_string = base64.b64encode(image).decode("ascii")

response = (
    client.query.get("Photo", ["title"])
    .with_near_image({"image": base64_string}, encode=False)
    .with_additional(["distance"])
    .with_limit(2)
    .do()
)

print(json.dumps(response, indent=2))
# END search with base64

"""
# START Expected printed results {of: [ImageFileSearch, search with base64]}
{
  "data": {
    "Get": {
      "Photo": [
        {
          "_additional": {
            "distance": 0.0613
          },
          "title": "Chelsea the cat"
        },
        {
          "_additional": {
            "distance": 0.5238
          },
          "title": "An astronaut"
        }
      ]
    }
  }
}
# END Expected printed results
"""
