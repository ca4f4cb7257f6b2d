"""``snipproof init``: what an existing site needs to begin with, found out instead of asked for."""

from snipproof.init.adopt import init

__all__ = ["init"]
