"""Makes what a Page or a Source holds short enough for a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 80


def shorten(text: str, longest: int = _LONGEST) -> str:
    """Return ``text`` on one line and cut where it is too long to be read in a message."""
    one_line = " ".join(part.strip() for part in text[: 4 * longest].splitlines())
    if len(one_line) <= longest and len(text) <= 4 * longest:
        return one_line
    return one_line[:longest].rstrip() + "…"


def redact_data(data: Any, secrets: Mapping[str, str]) -> Any:
    """Replace every secret value in the texts of plain data, the names of members too."""
    if isinstance(data, str):
        return redact(data, secrets)
    if isinstance(data, list):
        return [redact_data(each, secrets) for each in data] if secrets else data
    if isinstance(data, dict):
        return {redact(name, secrets): redact_data(each, secrets) for name, each in data.items()} if secrets else data
    return data


def redact(text: str, secrets: Mapping[str, str]) -> str:
    """Replace every secret value in ``text`` by its name; ``secrets`` maps names to values.

    Values shorter than four characters are left: they would hide ordinary text.
    """
    for name, value in sorted(secrets.items(), key=lambda item: -len(item[1])):
        if len(value) >= 4:
            text = text.replace(value, f"<{name}>")
    return text
