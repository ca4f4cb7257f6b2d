"""Reads the output of ``go build``, ``go test -c`` and ``go vet -json``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

_PLACE = re.compile(r"^(?:vet: )?(?P<file>\S[^:\n]*\.(?:go|mod|sum)):(?P<line>\d+)(?::(?P<column>\d+))?: (?P<text>.*)$")
_INNER = re.compile(r"[^\s:(]+\.go(?=:\d)")
_NOISE = re.compile(r"^(?:#.*|FAIL\b.*|exit status \d+|go: downloading .*|\s*)$")
_CLASH = re.compile(r"redeclared|already declared|multiple definitions")
_UNUSED = re.compile(r"^declared and not used\b|imported(?: as \S+)? and not used$")
_UNDEFINED = re.compile(r"\bundefined: (?:\w+\.)?(\w+)|\.(\w+) undefined\b")
_ENVIRONMENT_ERROR = re.compile(
    r"no space left on device|signal: killed|cannot allocate memory|too many open files|dial tcp|i/o timeout"
    r"|GOPROXY=off|TLS handshake|GOTOOLCHAIN="
)

Locate = Callable[[str], str]
"""Returns the path of a file relative to the root, from the name that go prints; ``""`` if it is outside."""


@dataclass(frozen=True, slots=True)
class GoMessage:
    """One message; ``path`` is ``""`` if it is not about a file of the docs."""

    path: str
    line: int
    column: int
    text: str

    @property
    def is_clash(self) -> bool:
        """Whether it is about two files that cannot be in one package, though each may be valid alone."""
        return not self.path or bool(_CLASH.search(self.text))

    @property
    def is_unused(self) -> bool:
        """Whether it is about a name that nothing uses, which other errors often cause."""
        return bool(_UNUSED.search(self.text))

    @property
    def undefined(self) -> str:
        """The undefined name that it is about, else ``""``."""
        match = _UNDEFINED.search(self.text)
        return (match[1] or match[2]) if match else ""


def read_messages(output: str, locate: Locate) -> list[GoMessage]:
    """Return the messages of a compiler, one for each place and text; lines without a place become one message.

    Those about unused names come last: a misspelled name is an error in its own line, and leaves an import unused.
    """
    found: list[GoMessage] = []
    other: list[str] = []
    for line in output.splitlines():
        if match := _PLACE.match(line):
            path = locate(match["file"])
            text = match["text"] if path else line
            place = (int(match["line"]), int(match["column"] or 1)) if path else (1, 1)
            found.append(GoMessage(path, *place, text))
        elif line[:1].isspace() and line.strip() and found:
            last = found[-1]
            more = _INNER.sub(lambda inner: locate(inner[0]) or inner[0], line.strip())
            between = " " if last.text.endswith((":", ";")) else "; "
            found[-1] = replace(last, text=f"{last.text}{between}{more}")
        elif not _NOISE.match(line):
            other.append(line)
    if other and not any(message.path for message in found):
        found.append(GoMessage("", 1, 1, "; ".join(other)))
    return sorted(dict.fromkeys(found), key=lambda message: message.is_unused)


def read_vet(output: str, locate: Locate) -> list[GoMessage]:
    """Return the findings of ``go vet -json``, one for each place and text, and the messages outside its JSON."""
    found = []
    rest = []
    decoder = json.JSONDecoder()
    position = 0
    while position < len(output):
        end = output.find("\n", position) + 1 or len(output)
        if output.startswith("{", position):
            try:
                report, end = decoder.raw_decode(output, position)
                found += list(_findings(report, locate))
            except ValueError:
                rest.append(output[position:end])
        else:
            rest.append(output[position:end])
        position = end
    return list(dict.fromkeys([*found, *read_messages("".join(rest), locate)]))


def is_environment_error(output: str) -> bool:
    """Return whether the machine or the network caused what go printed."""
    return bool(_ENVIRONMENT_ERROR.search(output))


def _findings(report: dict[str, Any], locate: Locate) -> Iterator[GoMessage]:
    # By package, then by analyzer; a test package appears with and without its tests.
    for analyzers in report.values():
        for name, findings in analyzers.items():
            for finding in findings if isinstance(findings, list) else ():
                file, line, column = finding["posn"].rsplit(":", 2)
                path, text = locate(file), f"{finding['message']} ({name})"
                yield GoMessage(path, int(line), int(column), text if path else f"{finding['posn']}: {text}")
