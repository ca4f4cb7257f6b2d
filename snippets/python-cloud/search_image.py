"""Image search in Weaviate Cloud, where a model provider makes the vectors, with the Python client v4."""

# START connect to Weaviate Cloud
import os

import weaviate
from weaviate.classes.init import Auth

client = weaviate.connect_to_weaviate_cloud(
    cluster_url=os.environ["WEAVIATE_URL"],
    auth_credentials=Auth.api_key(os.environ["WEAVIATE_API_KEY"]),
    headers={"X-Cohere-Api-Key": os.environ["COHERE_API_KEY"]},
)
# END connect to Weaviate Cloud

# START define a collection of images
from weaviate.classes.config import Configure, DataType, Property

photos = client.collections.create(
    "CloudPhoto",
    properties=[
        Property(name="title", data_type=DataType.TEXT),
        Property(name="image", data_type=DataType.BLOB),
    ],
    vector_config=Configure.Vectors.multi2vec_cohere(image_fields=["image"]),
)
# END define a collection of images

# START import images
import base64
from pathlib import Path

with photos.batch.fixed_size(batch_size=10) as batch:
    for path in sorted(Path("photos").glob("*.jpg")):
        image = base64.b64encode(path.read_bytes()).decode("ascii")
        batch.add_object({"title": path.stem, "image": image})
# END import images

assert not photos.batch.failed_objects, photos.batch.failed_objects[0].message

# START search in the cloud
response = photos.query.near_image(
    near_image=Path("images/cat-crop.jpg"),
    limit=1,
    return_properties=["title"],
)

print(response.objects[0].properties["title"])
# END search in the cloud

assert response.objects[0].properties["title"] == "cat"

client.close()
