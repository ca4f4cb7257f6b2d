"""What snippets talk to while they run: Weaviate, the image vectorizer, the asset server."""
