"""Which environment variables a program reads and sets, found by its text in any language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = r"""["'](?P<{0}>[A-Za-z_]\w*)["']"""
# A default (``os.getenv("NAME", "x")``, ``process.env.NAME ?? "x"``) makes a variable optional.
_OPTIONAL = r"(?!\w|\s*(?:\?\?|\|\|))"
_READS = re.compile(
    "|".join(
        (
            r"\benviron\s*\[\s*" + _NAME.format("a") + r"\s*\]",
            r"\b(?:environ\.get|[gG]etenv|LookupEnv)\s*\(\s*" + _NAME.format("b") + r"\s*\)",
            r"\bprocess\.env\.(?P<c>[A-Za-z_]\w*)" + _OPTIONAL,
            r"\bprocess\.env\[\s*" + _NAME.format("d") + r"\s*\]" + _OPTIONAL,
        )
    )
)
_SETS = re.compile(
    r"""\b(?:environ\.setdefault|putenv|Setenv)\(\s*["'](\w+)"""
    r"""|\b(?:environ|process\.env)\s*(?:\.|\[\s*["'])(\w+)(?:["']\s*\])?\s*(?:\?\?)?=(?!=)"""
)


def read_variables(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and the name of each variable that ``text`` reads, without a default and without setting it."""
    own = {name for match in _SETS.finditer(text) for name in match.groups() if name}
    for match in _READS.finditer(text):
        name = match[match.lastgroup or 0]
        if name not in own:
            yield match.start(), name
