"""What placing probes in a Source comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PROBE_FUNCTION = "__snipproof_probe__"


@dataclass(frozen=True, slots=True)
class Function:
    """A function declared where no statement may stand: at the top of a Go file, in the body of a Java class.

    Its probes are ``first``, where it is entered, and ``-first``, where it is left; ``first`` is the line of its
    name, ``last`` the line it ends at.
    """

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Probed:
    """A Source's text with its probes. The probe of a marker is the number of the marker's line.

    ``silent`` says for a marker line why it has no probe; ``unreachable`` are the lines of END markers that stand
    right behind a statement which leaves, such as ``return``: their Region ends there.

    ``declared`` are the lines of markers that stand between declarations, where nothing can be executed. Such a marker
    has no probe of its own: what it opens or closes is proven by the probes of the ``functions`` that it shows.
    """

    text: str
    silent: Mapping[int, str] = field(default_factory=dict)
    unreachable: frozenset[int] = frozenset()
    declared: frozenset[int] = frozenset()
    functions: tuple[Function, ...] = ()
