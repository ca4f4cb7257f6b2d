"""Executes Sources and judges their Snippets. Knows nothing of pytest."""
