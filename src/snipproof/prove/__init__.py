"""Deprecated import paths of one release; use :mod:`snipproof.api`."""
