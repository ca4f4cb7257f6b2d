import weaviate

# START connect
with weaviate.connect_to_local() as client:
    print(client.is_ready())
# END connect
