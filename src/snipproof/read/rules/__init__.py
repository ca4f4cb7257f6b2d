"""The rules of ``snipproof check``, each with its id, and the one function that applies them."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from snipproof.errors import SettingsError
from snipproof.model import Finding, Severity
from snipproof.read.rules import blocks, imports, reading, sources
from snipproof.read.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from snipproof.config import Settings
    from snipproof.read.site import Site

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
_ALL = (
    Rule("SP001", "unreadable", _ERROR, "a page or a Source cannot be read", reading.unreadable),
    Rule("SP101", "import-not-found", _ERROR, "an imported file does not exist", imports.not_found),
    Rule("SP102", "undefined-import", _ERROR, "a block shows a variable that is not imported", imports.undefined),
    Rule("SP201", "start-absent", _ERROR, "the start marker is not in the file", blocks.start_absent),
    Rule("SP202", "end-absent", _ERROR, "nothing closes the block: it runs to the end of the file", blocks.end_absent),
    Rule("SP203", "empty-block", _ERROR, "there is no text between the markers", blocks.empty),
    Rule("SP204", "orphan-region", _WARNING, "no page shows a Snippet", sources.orphan),
    Rule("SP205", "only-any", _WARNING, "the start marker is missing: only START-ANY text is shown", blocks.only_any),
    Rule("SP301", "unbound-expectation", _ERROR, "shown output belongs to no Snippet", sources.unbound),
    Rule("SP401", "in-no-suite", _ERROR, "a page shows a Source that no Suite runs", sources.in_no_suite),
)
RULES: Mapping[str, Rule] = {rule.id: rule for rule in _ALL}


def find(site: Site) -> list[Finding]:
    """Return the Findings of all rules that are not off, sorted by place, with their severities.

    :raises SettingsError: the settings give a severity to a rule that does not exist.
    """
    severities = _severities(site.settings)
    findings = [
        replace(finding, severity=severities[rule.id])
        for rule in _ALL
        if severities[rule.id] is not Severity.OFF
        for finding in rule.check(site)
    ]
    return sorted(findings)


def _severities(settings: Settings) -> dict[str, Severity]:
    severities = {rule.id: rule.severity for rule in _ALL}
    for name, severity in settings.severity.items():
        if name not in severities:
            where = settings.file.name if settings.file else "settings"
            close = difflib.get_close_matches(name, severities, n=1)
            hint = f"did you mean {close[0]!r}? " if close else ""
            raise SettingsError(f"{where}:1:1 unknown rule {name!r}", f"{hint}known rules: {', '.join(severities)}")
        severities[name] = Severity(severity)
    return severities
