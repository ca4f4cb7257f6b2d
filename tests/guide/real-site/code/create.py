import os

import weaviate
from weaviate.classes.config import Configure
from weaviate.classes.init import Auth

# START connect
client = weaviate.connect_to_weaviate_cloud(
    cluster_url=os.environ["WEAVIATE_URL"],
    auth_credentials=Auth.api_key(os.environ["WEAVIATE_API_KEY"]),
    headers={"X-OpenAI-Api-Key": os.environ["OPENAI_API_KEY"]},
)
# END connect

# START create
questions = client.collections.create("Question", vector_config=Configure.Vectors.text2vec_openai())
questions.data.insert_many([{"text": "This organ removes excess glucose from the blood"}, {"text": "The largest planet"}])
# END create
client.close()
