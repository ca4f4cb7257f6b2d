"""The public API: everything that other code may import from snipproof.

- For fixtures in a ``conftest.py``: :class:`Gallery`, :class:`State`, :class:`Services`, :class:`WeaviateAddress`.
- For another language: :class:`Language`, :class:`Runner` and what a Runner receives and returns; to follow statements,
  :func:`make_plan` with the :class:`StatementList` of a program, :class:`Edits` and :func:`load_parser`.
- The errors that a user can meet: :class:`SnipproofError` and its subclasses.

All other modules are private and change without notice. A name of this module, or one of its parameters, is removed
only after one release in which using it raises a ``DeprecationWarning``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.exports import lazy_exports

if TYPE_CHECKING:
    from snipproof.errors import (
        DocsError,
        InfrastructureError,
        SettingsError,
        SnipproofError,
        ToolchainMissingError,
        UnreadableError,
    )
    from snipproof.languages import Language
    from snipproof.model import Marker, Region, Source, Suite
    from snipproof.run.probe.plan import Plan, Probes, Signal, make_plan
    from snipproof.run.probe.probed import Edits, Probed
    from snipproof.run.runner import Program, Runner, RunnerContext
    from snipproof.run.runners.job import Job
    from snipproof.run.source_run import Crash, Diagnostic, ProbeEvent, SourceRun, Termination
    from snipproof.services.gallery import Gallery
    from snipproof.services.startup import Services
    from snipproof.services.weaviate.server import WeaviateAddress
    from snipproof.services.weaviate.state import State
    from snipproof.syntax.grammar import load_parser
    from snipproof.syntax.statements import Function, Statement, StatementKind, StatementList

__all__ = [
    "Crash",
    "Diagnostic",
    "DocsError",
    "Edits",
    "Function",
    "Gallery",
    "InfrastructureError",
    "Job",
    "Language",
    "Marker",
    "Plan",
    "ProbeEvent",
    "Probed",
    "Probes",
    "Program",
    "Region",
    "Runner",
    "RunnerContext",
    "Services",
    "SettingsError",
    "Signal",
    "SnipproofError",
    "Source",
    "SourceRun",
    "State",
    "Statement",
    "StatementKind",
    "StatementList",
    "Suite",
    "Termination",
    "ToolchainMissingError",
    "UnreadableError",
    "WeaviateAddress",
    "load_parser",
    "make_plan",
]

# Imported only when a name is used: fixtures need no Runner, and a Runner no services.
_MODULES = {
    "snipproof.errors": (
        "DocsError", "InfrastructureError", "SettingsError", "SnipproofError", "ToolchainMissingError",
        "UnreadableError",
    ),
    "snipproof.languages": ("Language",),
    "snipproof.model": ("Marker", "Region", "Source", "Suite"),
    "snipproof.run.probe.plan": ("Plan", "Probes", "Signal", "make_plan"),
    "snipproof.run.probe.probed": ("Edits", "Probed"),
    "snipproof.run.runner": ("Program", "Runner", "RunnerContext"),
    "snipproof.run.runners.job": ("Job",),
    "snipproof.run.source_run": ("Crash", "Diagnostic", "ProbeEvent", "SourceRun", "Termination"),
    "snipproof.services.gallery": ("Gallery",),
    "snipproof.services.startup": ("Services",),
    "snipproof.services.weaviate.server": ("WeaviateAddress",),
    "snipproof.services.weaviate.state": ("State",),
    "snipproof.syntax.grammar": ("load_parser",),
    "snipproof.syntax.statements": ("Function", "Statement", "StatementKind", "StatementList"),
}  # fmt: skip


if not TYPE_CHECKING:  # a type checker would accept every name
    __getattr__ = lazy_exports(__name__, _MODULES)


def __dir__() -> list[str]:
    return __all__
