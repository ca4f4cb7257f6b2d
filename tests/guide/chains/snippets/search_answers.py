import weaviate

with weaviate.connect_to_local() as client:
    # START search
    for name in ("Question", "Answer"):
        print(name, len(client.collections.use(name)))
    # END search

"""
# START Expected search results
Question 2
Answer 1
# END Expected search results
"""
