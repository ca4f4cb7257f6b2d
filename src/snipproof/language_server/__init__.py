"""Findings, previews and navigation in an editor."""
