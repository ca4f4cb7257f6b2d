"""SP001: files, tags and attributes that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.rules.context import Context
    from snipproof.model import Finding


def unreadable(context: Context) -> Iterator[Finding]:
    """SP001: a Page or a Source cannot be read."""
    yield from context.site.problems
