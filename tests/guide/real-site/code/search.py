import os

import weaviate
from weaviate.classes.init import Auth

client = weaviate.connect_to_weaviate_cloud(
    cluster_url=os.environ["WEAVIATE_URL"],
    auth_credentials=Auth.api_key(os.environ["WEAVIATE_API_KEY"]),
    headers={"X-OpenAI-Api-Key": os.environ["OPENAI_API_KEY"]},
)

# START search
questions = client.collections.use("Question")
found = questions.query.near_text("biology", limit=1)
print(found.objects[0].properties["text"])
# END search
client.close()
