"""Transcripts of a terminal, which the guide shows: their commands are run, and what they print is compared.

A transcript is a text file. A line that begins with ``$ `` is a command, and the lines below it are its output. Pages
show Regions of it: the lines of their Markers (``# START name``, ``# END name``) and empty lines around commands belong
to no output. All commands run, in order, in one copy of the project, also those that no Region contains.
"""

from __future__ import annotations

import difflib
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from snipproof.config import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

PROMPT = "$ "
VERSION = Settings().weaviate.version
_MARKER = re.compile(r"# (?:START|END) ")
_FIRST = re.compile(r"=+ test session starts =+|platform |(?:cachedir|rootdir|configfile|plugins|testpaths): ")
_SERVER = re.compile(r"snipproof: [\w-]+: (?=(?:embedded|container) |https?://)")
_SUMMARY = re.compile(r"=+ short test summary info =+")
_LAST = re.compile(r"=+ .* in [0-9.]+s(?: \([0-9:]+\))? =+")


@dataclass(frozen=True)
class Command:
    """A command, and the lines below it: its output, and Markers between them."""

    line: str
    below: tuple[str, ...]

    @property
    def output(self) -> list[str]:
        """The lines that it prints, as the transcript shows them."""
        return _trimmed([line for line in self.below if not _MARKER.match(line)])


def commands(text: str) -> list[Command]:
    """Return the commands of a transcript."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith(PROMPT):
            found.append((line.removeprefix(PROMPT), []))
        elif found:
            found[-1][1].append(line)
    return [Command(line, tuple(below)) for line, below in found]


def run(command: str, folder: Path, environment: Mapping[str, str]) -> list[str]:
    """Run one command with bash in ``folder``; return what it prints, without what depends on machine and time."""
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return _trimmed(list(normalised(done.stdout.splitlines())))


def normalised(lines: Sequence[str]) -> Iterator[str]:
    """Yield ``lines`` as the guide shows them. Nothing else may differ from what a command prints.

    - What pytest itself prints first and last is left out: versions, plugins, folders, the short summary and the time.
    - The server, which all tests share, was found by ``auto`` on a machine without a container engine. Several servers
      start side by side; their lines are sorted.
    - Nothing waits for another run.
    - Lines have no spaces at the end.
    """
    in_summary = False
    servers: list[str] = []
    for line in lines:
        in_summary = (in_summary or bool(_SUMMARY.fullmatch(line))) and not _LAST.fullmatch(line)
        if in_summary or _LAST.fullmatch(line) or _FIRST.match(line) or line.startswith("snipproof: waiting for "):
            continue
        if match := _SERVER.match(line):
            servers.append(f"{match[0]}embedded {VERSION} (no container engine answers)")
        else:
            yield from sorted(servers)
            servers.clear()
            shown = line.removeprefix("collecting ... ")  # a terminal overwrites it
            yield shown.replace(f"Weaviate {VERSION} (url)", f"Weaviate {VERSION} (embedded)").rstrip()
    yield from sorted(servers)


def rewritten(text: str, printed: Sequence[Sequence[str]]) -> str:
    """Return a transcript whose commands print ``printed``. Markers keep their place between lines that stay."""
    lines = text.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(PROMPT))
    result = lines[:first]
    for command, output in zip(commands(text), printed, strict=True):
        result += [PROMPT + command.line, *(command.below if command.output == output else _merged(command, output))]
    return "\n".join(result) + "\n"


def _merged(command: Command, printed: Sequence[str]) -> list[str]:
    body = list(command.below)
    tail: list[str] = []
    while body and not body[0]:
        body.pop(0)
    while body and (not body[-1] or _MARKER.match(body[-1])):
        tail.insert(0, body.pop())
    blocks = difflib.SequenceMatcher(a=command.output, b=printed, autojunk=False).get_matching_blocks()
    result: list[str] = []
    passed = written = 0
    for line in body:
        if _MARKER.match(line):
            after = ((new + max(passed - old, 0)) for old, new, size in blocks if old + size > passed)
            place = next(after, len(printed))
            result += [*printed[written:place], line]
            written = place
        else:
            passed += 1
    return [*result, *printed[written:], *tail]


def _trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[-1]:
        lines = lines[:-1]
    while lines and not lines[0]:
        lines = lines[1:]
    return lines
