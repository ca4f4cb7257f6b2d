import weaviate

with weaviate.connect_to_local() as client:
    # START create
    client.collections.create("Answer")
    # END create
