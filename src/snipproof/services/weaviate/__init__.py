"""The Weaviate server: where it comes from, when it is ready, what is stored in it."""
