import weaviate

client = weaviate.connect_to_local()

# START add photos
photos = client.collections.create("Photo")
photos.data.insert({"title": "A rocket"})
photos.data.insert({"title": "A cat"})
# END add photos

# START first title
import json

from weaviate.classes.query import Sort

response = photos.query.fetch_objects(sort=Sort.by_property("title", ascending=True), limit=1)
print(json.dumps(response.objects[0].properties))
# END first title

"""
# START Expected first title results
{"title": "A rocket"}
# END Expected first title results
"""

client.close()
