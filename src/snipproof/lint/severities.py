"""How much a Finding weighs: by the default of its rule, the settings, and the settings for its path."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING

from snipproof.errors import SettingsError
from snipproof.model import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from snipproof.config import Settings
    from snipproof.lint.rules.rule import Rule


class Severities:
    """The severities of one run.

    :raises SettingsError: the settings name a rule that does not exist.
    """

    def __init__(self, settings: Settings, rules: Mapping[str, Rule]) -> None:
        self._settings = settings
        self._everywhere = {rule.id: rule.severity for rule in rules.values()}
        self._everywhere.update(self._known(settings.severity))
        self._per_path = [
            (re.compile(translate(glob)), self._known(severities)) for glob, severities in settings.per_path.items()
        ]

    def ever(self, rule: str) -> bool:
        """Whether the rule is on anywhere, so that it must be applied."""
        everywhere = self._everywhere[rule] is not Severity.OFF
        return everywhere or any(s.get(rule, Severity.OFF) is not Severity.OFF for _, s in self._per_path)

    def of(self, finding: Finding) -> Severity:
        """Return the severity of ``finding``; of several globs that match its path, the last one says."""
        for glob, severities in reversed(self._per_path):
            if finding.rule in severities and glob.match(finding.path):
                return severities[finding.rule]
        return self._everywhere[finding.rule]

    def _known(self, severities: Mapping[str, str]) -> dict[str, Severity]:
        for name in severities:
            if name not in self._everywhere:
                import difflib

                where = self._settings.file.name if self._settings.file else "settings"
                close = difflib.get_close_matches(name, self._everywhere, n=1)
                hint = f"did you mean {close[0]!r}? " if close else ""
                known = ", ".join(self._everywhere)
                raise SettingsError(f"{where}:1:1 unknown rule {name!r}", f"{hint}known rules: {known}")
        return {name: Severity(severity) for name, severity in severities.items()}
