"""Runs Go Sources."""
