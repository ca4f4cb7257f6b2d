"""The errors a user can meet; each is shown as its message and hint, never as a traceback.

::

    SnipproofError
    ├── SettingsError         the request or a settings file is wrong        (exit code 2)
    ├── DocsError             the docs or their Sources are wrong            (exit code 1)
    │   └── UnreadableError   one of them cannot be read, with its Finding
    └── InfrastructureError   server, engine, network, disk or toolchain     (exit code 69)
        └── ToolchainMissingError   the machine lacks a language: a skip, unless it is required
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snipproof.model import Finding


class SnipproofError(Exception):
    """Something the user can act on.

    :param message: one line, ``path:line:col RULE text`` where a place is known.
    :param hint: what to do about it; may have several lines.
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
    """The command line, the environment or a settings file (``suite.yaml`` too) asks for something impossible."""

    exit_code = 2


class DocsError(SnipproofError):
    """The docs or what was made from them are wrong."""

    exit_code = 1


class UnreadableError(DocsError):
    """A Page or a Source cannot be read; ``finding`` is the same as a lint result."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding), finding.hint)
        self.finding = finding


class InfrastructureError(SnipproofError):
    """Something around the docs failed: not a defect of what is being proven.

    The exit code is ``EX_UNAVAILABLE`` of BSD's ``sysexits.h``, so that CI can retry it and nothing else.
    """

    exit_code = 69


class ToolchainMissingError(InfrastructureError):
    """What a language needs is not on this machine, so its Suites cannot be proven here."""
