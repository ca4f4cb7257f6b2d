"""The ``snipproof`` command: a module for each of its commands."""
