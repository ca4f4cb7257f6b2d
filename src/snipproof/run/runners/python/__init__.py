"""Runs Python Sources."""
