"""What Snippets talk to while they run: Weaviate, the image vectorizer, the asset server."""
