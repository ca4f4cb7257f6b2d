"""MDX pages: what one scan of their text finds."""
