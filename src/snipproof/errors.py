"""The errors that users see: a message and a hint, never a traceback.

::

    SnipproofError
    ├── SettingsError         the command line or a settings file is wrong   (exit code 2)
    ├── DocsError             the docs or their Sources are wrong            (exit code 1)
    │   └── UnreadableError   one of them cannot be read; holds its Finding
    └── InfrastructureError   server, engine, network, disk or toolchain     (exit code 69)
        └── ToolchainMissingError   a language is missing: a skip, unless required
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snipproof.model import Finding


class SnipproofError(Exception):
    """An error that the user can act on.

    :param message: one line, ``path:line:col RULE text`` if a place is known.
    :param hint: what to do about it; it may span lines.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return the message, followed by the hint on lines of its own."""
        if not self.hint:
            return self.message
        return f"{self.message}\n  hint: " + self.hint.replace("\n", "\n        ")


class SettingsError(SnipproofError):
    """The command line, the environment or a settings file (including ``suite.yaml``) is invalid."""

    exit_code = 2


class DocsError(SnipproofError):
    """The docs, or a file generated from them, are wrong."""

    exit_code = 1


class UnreadableError(DocsError):
    """A Page or a Source cannot be read; ``finding`` is the lint result for it."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding), finding.hint)
        self.finding = finding


class InfrastructureError(SnipproofError):
    """A server, an engine, the network, the disk or a toolchain failed; the docs may be right.

    The exit code is ``EX_UNAVAILABLE`` of BSD's ``sysexits.h``, so that CI can retry this kind of failure only.
    """

    exit_code = 69


class ToolchainMissingError(InfrastructureError):
    """The toolchain of a language is missing, so its Suites cannot be proven on this machine."""
