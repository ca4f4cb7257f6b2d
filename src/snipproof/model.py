"""The vocabulary of snipproof as immutable values, which all other modules share.

Paths are POSIX strings relative to the root (the folder of the settings file). Lines and columns count from 1. So
values can be compared, sorted, printed and written to JSON as they are.

They are named tuples: a check makes tens of thousands of them, and a frozen dataclass takes more than twice as long to
make and seven times as long to define.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Segment(NamedTuple):
    """A range of source lines, both ends included; ``last < first`` if no line stands between two markers."""

    first: int
    last: int


class Marker(NamedTuple):
    """One ``START name`` or ``END name`` in a line of a Source. Never shown to readers.

    ``name`` is ``None`` for ``START-ANY``/``END-ANY``, which belong to every Region of their Source. ``attributes``
    is the YAML flow mapping after the name, as written, or ``""``.
    """

    line: int
    column: int
    opens: bool
    name: str | None
    attributes: str = ""


class MarkerPair(NamedTuple):
    """The start and the end marker that a Page requests: texts that lines of a Source contain, in any form."""

    start: str
    end: str | None


class Region(NamedTuple):
    """What lies between the markers of one name in one Source: Segments, joined in order.

    ``markers`` are the lines of the markers that open and close it (its own and ``ANY``), in order. ``pair`` are the
    markers of the Page that requests it, ``None`` for a Region of ``START name`` and ``END name``.
    """

    source: str
    name: str
    segments: tuple[Segment, ...]
    markers: tuple[Marker, ...]
    attributes: Mapping[str, Any] = MappingProxyType({})
    pair: MarkerPair | None = None

    def __hash__(self) -> int:
        """Return a hash without the attributes, which are not hashable."""
        return hash((self.source, self.name, self.segments))

    @property
    def id(self) -> str:
        """``path::region name``: the stable name of a Region in reports. It never contains a line number."""
        return f"{self.source}::{self.name}"

    @property
    def line(self) -> int:
        """The line of the first marker."""
        return self.markers[0].line

    def shows(self, line: int) -> bool:
        """Return whether one of its Segments holds ``line``."""
        return any(segment.first <= line <= segment.last for segment in self.segments)


class Snippet(NamedTuple):
    """A Region that is code to show and to run."""

    region: Region

    @property
    def id(self) -> str:
        """The Region's id."""
        return self.region.id

    @property
    def name(self) -> str:
        """The Region's name."""
        return self.region.name


class Origin(StrEnum):
    """Which output of a Snippet an Expectation shows."""

    STDOUT = "stdout"  # what it prints
    RESPONSE = "response"  # the last search response of the server
    REQUESTS = "requests"  # its requests to the server
    ERROR = "error"  # the message of the error that its START line announces


class Expectation(NamedTuple):
    """A Region that shows output, and the name of the Snippet in the same Source that must produce it.

    A Region that shows the output of several Snippets makes one Expectation for each.
    """

    region: Region
    of: str
    origin: Origin = Origin.STDOUT


class Source(NamedTuple):
    """One runnable file in one client flavour: its text and everything found in it.

    ``markers`` are those of ``START name`` and ``END name``. ``requested`` maps the markers that Pages request to the
    name of the Region that they show.
    """

    path: str
    text: str
    regions: tuple[Region, ...]
    snippets: tuple[Snippet, ...]
    expectations: tuple[Expectation, ...]
    markers: tuple[Marker, ...] = ()
    requested: Mapping[MarkerPair, str] = MappingProxyType({})

    @property
    def lines(self) -> list[str]:
        """The lines, split at LF only, as the site does."""
        return self.text.split("\n")

    @property
    def snippet_regions(self) -> tuple[Region, ...]:
        """The Regions that are code."""
        return tuple(snippet.region for snippet in self.snippets)

    @property
    def region_markers(self) -> tuple[Marker, ...]:
        """The Markers that open or close a Region."""
        return tuple(marker for region in self.regions for marker in region.markers)


class Reference(NamedTuple):
    """One ``<FilteredTextBlock …/>`` on a Page.

    ``variable`` is the identifier in ``text={…}``; ``source`` is the file it is imported from, ``None`` if unknown.
    ``start_marker`` and ``end_marker`` are ``None`` if the attribute is missing.
    """

    page: str
    line: int
    column: int
    variable: str
    source: str | None
    start_marker: str | None
    end_marker: str | None
    language: str
    include_start_marker: bool = False

    @property
    def pair(self) -> MarkerPair | None:
        """The markers, ``None`` without a start marker."""
        return MarkerPair(self.start_marker, self.end_marker) if self.start_marker else None


class Import(NamedTuple):
    """One ESM import of a Page: ``path`` as written, and ``target``, the file below the root that it means."""

    line: int
    column: int
    variable: str
    path: str
    target: str | None
    raw: bool


class Page(NamedTuple):
    """One MD/MDX file of the docs site, in one locale; ``used`` are the imported components that it renders."""

    path: str
    imports: tuple[Import, ...]
    references: tuple[Reference, ...]
    used: tuple[str, ...] = ()


class Binding(NamedTuple):
    """A literal replacement at run time, such as a documented address by the real one. It moves no line.

    ``replace`` may contain ``{name}`` placeholders for the addresses of the running Services. A Binding must match in
    every Source of its Suite, or, if ``optional``, in at least one. In the documented network it does not apply if it
    replaces the address of a server, or if ``elsewhere`` is set.
    """

    find: str
    replace: str
    optional: bool = False
    line: int = 1
    elsewhere: bool = False


class NetworkKind(StrEnum):
    """How Sources reach the Services at the addresses that docs show."""

    BINDINGS = "bindings"  # the Suite replaces the addresses
    DOCUMENTED = "documented"  # in a network of their own, in which these addresses are right
    AUTO = "auto"  # the latter where the platform allows it


class Combination(NamedTuple):
    """Versions in which a Suite is proven: of its server, and of its client by a name of the settings.

    Each is empty where the Suite itself decides.
    """

    server: str = ""
    client: str = ""

    @property
    def label(self) -> str:
        """What is added to names: ``1.37.14`` or ``1.37.14-4.20``; ``""`` without versions."""
        return "-".join(filter(None, self))

    def named(self, name: str) -> str:
        """Return ``name``, that of a Snippet or its id, with the label behind it: ``name[1.37.14]``."""
        return f"{name}[{self.label}]" if self.label else name


class Suite(NamedTuple):
    """The Sources of one client flavour with how to run them, as read from a ``suite.yaml``.

    ``path`` is the ``suite.yaml`` itself. ``sources`` are in running order. ``files`` maps a place in the working
    directory of a run to the file or folder (relative to the root) that is copied there. ``options`` are given to the
    language's runtime (``python``, ``node``, ``java``). ``fresh`` gives each Source a process of its own that shares
    nothing with the others. ``network`` is how the Sources reach the Services. ``env`` are
    environment variables with values that are no secrets, ``secrets`` the variables of ``run.env`` that the Sources can
    read, ``None`` for all. With ``stop_on_failure``, nothing runs behind an error.
    ``services`` are the names of the servers that the Sources use.
    ``chains`` are Sources that share what is stored, each in running order. ``seed`` maps Services to the files of what
    is stored there before the Sources run. ``clients`` are further lock files by the names of the matrix of versions.

    A Suite of a ``combination`` has the lock file and the servers of that one.
    """

    path: str
    flavour: str
    language: str
    sources: tuple[str, ...]
    lock: str | None = None
    fixtures: tuple[str, ...] = ()
    bindings: tuple[Binding, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    timeout: float | None = None
    options: tuple[str, ...] = ()
    fresh: bool = False
    network: NetworkKind = NetworkKind.BINDINGS
    env: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] | None = None
    stop_on_failure: bool = False
    services: tuple[str, ...] = ("weaviate",)
    chains: tuple[tuple[str, ...], ...] = ()
    seed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    clients: tuple[tuple[str, str], ...] = ()
    combination: Combination = Combination()

    def chain_of(self, source: str) -> tuple[str, ...]:
        """Return the chain of the Source at this path, ``()`` if it stands alone."""
        return next((chain for chain in self.chains if source in chain), ())


class Severity(StrEnum):
    """The severity of a Finding: an error makes ``snipproof check`` fail."""

    ERROR = "error"
    WARNING = "warning"
    OFF = "off"


class Finding(NamedTuple):
    """One lint result. ``str()`` gives ``path:line:col RULE message``; the hint is what to do about it."""

    path: str
    line: int
    column: int
    rule: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Return the one-line form."""
        return f"{self.path}:{self.line}:{self.column} {self.rule} {self.message}"


class Outcome(StrEnum):
    """What happened to one Snippet."""

    PASSED = "passed"
    UPDATED = "updated"  # it ran, and this run rewrote an Expectation that differed
    FAILED = "failed"
    BLOCKED = "blocked"  # an earlier Snippet of its Source failed
    SKIPPED = "skipped"  # with a reason: a toolchain is missing
    UNREACHED = "unreached"  # it was entered; its START line has the reason why some lines never run
    NOT_EXECUTED = "not executed"  # its markers were never reached: a failure, never a pass
