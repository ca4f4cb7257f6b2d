"""Parsers and grammar facts: comment, string or code; where a statement begins."""
