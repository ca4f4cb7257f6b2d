"""Deprecated: import :class:`Gallery` from :mod:`snipproof.api`."""

import warnings

from snipproof.services.gallery import Gallery

__all__ = ["Gallery"]

warnings.warn(
    "snipproof.prove.services.gallery is deprecated: from snipproof.api import Gallery",
    DeprecationWarning,
    stacklevel=2,
)
