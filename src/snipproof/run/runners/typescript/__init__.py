"""Runs TypeScript and JavaScript Sources."""
