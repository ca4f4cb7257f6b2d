"""Standard output, whatever its encoding is and however early its reader leaves, and the signal of Ctrl-C."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from snipproof.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from snipproof.site.docs_site import Site


def print_line(text: str) -> None:
    """Write ``text`` and a line end; what the console cannot encode is escaped, so that no Finding is lost."""
    try:
        sys.stdout.write(text + "\n")
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def print_lines(lines: Iterable[str]) -> None:
    """Write all ``lines``, or as many as the reader of a pipe takes."""
    try:
        for line in lines:
            print_line(line)
        sys.stdout.flush()
    except BrokenPipeError:
        silence_stdout()


def silence_stdout() -> None:
    """Discard further output after a broken pipe (``| head``): the interpreter flushes once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def interrupt_on(*signals: int) -> None:
    """Let each of ``signals`` raise KeyboardInterrupt, for a command that runs until Ctrl-C.

    A shell makes a command that it starts in the background ignore SIGINT; a command that must be stopped cannot.
    """
    import signal

    for number in signals:
        signal.signal(number, signal.default_int_handler)


def extra_required(command: str, error: ModuleNotFoundError, extra: str = "weaviate") -> SettingsError:
    """Return the error for a missing extra; a missing module of this package is a defect and is raised again."""
    if (error.name or "").startswith("snipproof"):
        raise error
    hint = f"install it: pip install 'snipproof[{extra}]'"
    return SettingsError(f"{command} requires the extra {extra!r}: no module named {error.name!r}", hint)


def print_problems(site: Site) -> int:
    """Write what could not be read to standard error, and return the exit code for it."""
    for problem in sorted(site.problems):
        sys.stderr.write(f"{problem}\n")
    return 1 if site.problems else 0
