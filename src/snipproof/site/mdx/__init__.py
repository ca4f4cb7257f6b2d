"""MDX Pages: one scan of their text finds everything that other modules read."""
