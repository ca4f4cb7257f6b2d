"""``snipproof init``: what an existing site needs to begin with, found out instead of asked for."""

from snipproof.read.adopt.init import init

__all__ = ["init"]
