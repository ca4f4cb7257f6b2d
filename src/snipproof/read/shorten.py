"""Makes what a Page or a Source holds short enough for a message."""

from __future__ import annotations

_LONGEST = 80


def shorten(text: str, longest: int = _LONGEST) -> str:
    """Return ``text`` on one line and cut where it is too long to be read in a message."""
    one_line = " ".join(part.strip() for part in text[: 4 * longest].splitlines())
    if len(one_line) <= longest and len(text) <= 4 * longest:
        return one_line
    return one_line[:longest].rstrip() + "…"
