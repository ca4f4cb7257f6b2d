"""``snipproof init``: detects how an existing site is built, and writes what it needs to begin with."""

from snipproof.init.adopt import init

__all__ = ["init"]
