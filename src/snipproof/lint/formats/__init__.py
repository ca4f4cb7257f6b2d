"""What ``snipproof check`` prints: a module ``<name>_format`` for each format, found by its name.

Its function ``lines`` turns a :class:`~snipproof.lint.check_result.CheckResult` into lines. A format that can count by
rule has a function ``statistics_lines`` too.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from snipproof.lint.check_result import CheckResult

_ENDING = "_format.py"
# Listed, and not imported: the names are needed at every start of the command.
FORMATS: Sequence[str] = tuple(
    sorted(
        entry.name.removesuffix(_ENDING)
        for folder in __path__
        for entry in os.scandir(folder)
        if entry.name.endswith(_ENDING)
    )
)


class Format(NamedTuple):
    """One format. ``statistics`` is ``None`` if it cannot count by rule."""

    lines: Callable[[CheckResult], Iterable[str]]
    statistics: Callable[[CheckResult], Iterable[str]] | None


def load_format(name: str) -> Format:
    """Return the format ``name``, one of :data:`FORMATS`."""
    from importlib import import_module

    module = import_module(f"{__name__}.{name}_format")
    return Format(module.lines, getattr(module, "statistics_lines", None))


def with_statistics() -> Sequence[str]:
    """Return the names of the formats that can count by rule."""
    return [name for name in FORMATS if load_format(name).statistics is not None]
