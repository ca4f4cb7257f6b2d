"""Deprecated: import :class:`State` from :mod:`snipproof.api`."""

import warnings

from snipproof.services.weaviate.state import State

__all__ = ["State"]

warnings.warn(
    "snipproof.prove.services.state is deprecated: from snipproof.api import State", DeprecationWarning, stacklevel=2
)
