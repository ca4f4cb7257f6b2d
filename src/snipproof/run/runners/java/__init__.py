"""Runs Java Sources."""
