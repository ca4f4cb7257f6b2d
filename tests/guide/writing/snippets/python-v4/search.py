import json

import weaviate

client = weaviate.connect_to_local(host="localhost", port=8080, grpc_port=50051)

# START search
photos = client.collections.use("Photo")
response = photos.query.fetch_objects(limit=2, return_properties=["title"])
print(json.dumps([photo.properties for photo in response.objects]))
# END search

"""
# START Expected search results
[{"title": "A cat"}, {"title": "A dog"}]
# END Expected search results
"""

client.close()
