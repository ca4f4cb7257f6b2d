import weaviate

with weaviate.connect_to_local() as client:
    # START add
    answers = client.collections.use("Answer")
    answers.data.insert({"text": "42"}, uuid="00000000-0000-0000-0000-000000000042")
    # END add
