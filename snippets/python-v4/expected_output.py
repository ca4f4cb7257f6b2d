"""Every way in which a page can show output: what the guide to expected output shows, proven."""

import weaviate

client = weaviate.connect_to_local(host="localhost", port=8080, grpc_port=50051)
photos = client.collections.use("Photo")

# START json
import json

photo = {"title": "Chelsea the cat", "size": {"width": 451, "height": 300}, "tags": ["cat", "pet"]}
print(json.dumps(photo, indent=2))
# END json

"""
# START Expected json results
{
  "title": "Chelsea the cat",
  "size": {"height": 300, "width": 451},
  "tags": ["cat", "pet"]
}
# END Expected json results
"""

# START elided
gallery = [
    {"id": 1, "title": "Chelsea the cat", "licence": "CC0", "size": [451, 300]},
    {"id": 2, "title": "A cup of coffee", "licence": "CC0", "size": [600, 400]},
    {"id": 3, "title": "An astronaut", "licence": "public domain", "size": [512, 512]},
]
print(json.dumps(gallery))
# END elided

"""
# START Expected elided results
[
  {
    "id": ...,             // a value, whatever it is
    "title": "Chelsea...", // a text that begins so
    ...                    // further members
  },
  ...                      // further elements
]
# END Expected elided results
"""

# START documents
for photo in gallery:
    print(json.dumps({"title": photo["title"]}))
# END documents

"""
# START Expected documents results
{"title": "Chelsea the cat"}
{"title": "A cup of coffee"}
...
# END Expected documents results
"""

# START python
response = photos.query.fetch_objects(limit=1)

print(response.objects[0])
# END python

"""
# START Expected python results
Object(uuid=..., properties={'title': '...', ...}, collection='Photo', ...)
# END Expected python results
"""

# START text
for number, photo in enumerate(gallery, start=1):
    print(f"{number}. {photo['title']}")
print("done in 12 ms")
# END text

"""
# START Expected text results
1. Chelsea the cat
2. A cup of coffee
...
# END Expected text results
"""

# START precision
from pathlib import Path

from weaviate.classes.query import MetadataQuery

response = photos.query.near_image(
    near_image=Path("images/cat-crop.jpg"),
    limit=2,
    return_properties=["title"],
    return_metadata=MetadataQuery(distance=True),
)

for photo in response.objects:
    print(json.dumps({"title": photo.properties["title"], "distance": photo.metadata.distance}))
# END precision

"""
# START Expected precision results
{"title": "Chelsea the cat", "distance": 0.06}
{"title": "An astronaut", "distance": 0.524}
# END Expected precision results
"""

# START tolerance
print(json.dumps({"title": "Chelsea the cat", "seconds": 0.31, "version": "1.39.0"}))
# END tolerance

"""
# START Expected tolerance results {approx: {seconds: 0.1}, ignore: version}
{"title": "Chelsea the cat", "seconds": 0.25, "version": "1.0.0"}
# END Expected tolerance results
"""

# START order
print(json.dumps({"tags": ["pet", "cat"]}))
# END order

"""
# START Expected order results {unordered: tags}
{"tags": ["cat", "pet"]}
# END Expected order results
"""

# START part
print(json.dumps({"took": 12, "hits": gallery}))
# END part

"""
# START Expected part results {select: "$.hits[?@.licence == 'CC0'].title"}
["Chelsea the cat", "A cup of coffee"]
# END Expected part results
"""

# START types
print(json.dumps({"took": 12, "hits": gallery}))
# END types

"""
# START Expected types results {shape: true}
{
  "took": 3,
  "hits": [{"id": 7, "title": "A title", "licence": "CC0", "size": [1, 1]}]
}
# END Expected types results
"""

# START again
import uuid

photo_id = uuid.uuid4()
print(f"stored {photo_id}")
print(f"read {photo_id}")
# END again

"""
# START Expected again results {capture: id}
stored <id>
read <id>
# END Expected again results
"""

# START wire
response = photos.query.near_image(
    near_image=Path("images/cat-crop.jpg"),
    limit=1,
    return_properties=["title"],
    return_metadata=MetadataQuery(distance=True),
)

print(response.objects[0].properties["title"])
# END wire

"""
# START Expected wire results {from: response, ignore: id}
{
  "data": {
    "Get": {
      "Photo": [
        {
          "title": "Chelsea the cat",
          "_additional": {"distance": 0.0613}
        }
      ]
    }
  }
}
# END Expected wire results
"""

# START sent
response = photos.query.bm25("cat", query_properties=["title"], limit=1, return_properties=["title"])

print(response.objects[0].properties["title"])
# END sent

"""
# START Expected sent results {from: requests}
{
  "Search": {
    "collection": "Photo",
    "bm25_search": {"query": "cat", "properties": ["title"], ...},
    "limit": 1,
    ...
  }
}
# END Expected sent results
"""

# START count
photos = client.collections.use("Photo")

print(photos.aggregate.over_all(total_count=True).total_count)
# END count

"""
# START Expected count results {from: response}
{
  "data": {
    "Aggregate": {
      "Photo": [{"meta": {"count": 9}}]
    }
  }
}
# END Expected count results
"""

client.close()
