"""``snipproof check``: run the rules, drop baselined findings, format the rest."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING

from snipproof.errors import SettingsError
from snipproof.files import require_inside
from snipproof.lint import baseline
from snipproof.lint.check_result import CheckResult
from snipproof.lint.formats import load_format
from snipproof.lint.rules import RULES
from snipproof.lint.rules.base import Context
from snipproof.model import Finding, Severity
from snipproof.text import did_you_mean, plural, shorten

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from snipproof.config import Settings
    from snipproof.lint.check_options import CheckOptions
    from snipproof.lint.rules.base import Rule
    from snipproof.site.docs_site import Site

_MAX_MESSAGE_LENGTH = 500
_MAX_HINT_LENGTH = 1000
# An error of these is a block that cannot be shown as its Page requests.
_RULES_OF_SHOWING = ("SP001", "SP101", "SP102", "SP201", "SP202", "SP203", "SP205")


def check(site: Site, options: CheckOptions) -> tuple[Iterable[str], int]:
    """Return the lines to print about ``site``, and the exit code.

    :raises SettingsError: there is nothing to check, or the baseline is missing, malformed or behind a link that leads
        outside of the root.
    :raises InfrastructureError: the baseline cannot be written.
    """
    findings = find(site)
    if not any(finding.severity is Severity.ERROR for finding in findings):
        require_references(site)
    path = options.baseline_file(site.settings)
    name = baseline.baseline_name(path, site.settings.home) if path else ""
    if options.update_baseline:
        if path is None:
            hint = "give --baseline FILE, or set `baseline` in the settings"
            raise SettingsError("--update-baseline requires the name of the file", hint)
        require_inside(site.settings.home, path, name)
        entries = baseline.save(path, name, findings)
        return [f"{name}: {plural(len(findings), 'finding')}, {plural(entries, 'entry', 'entries')}"], 0
    baselined = 0
    if path is not None:
        compared = baseline.compare(findings, baseline.load(path, name), name, site.is_unread)
        findings, baselined = compared.findings, compared.baselined
    result = CheckResult(
        findings=findings,
        rules=known_rules(),
        references=len(site.references),
        pages=len(site.pages),
        sources=len(site.sources),
        baselined=baselined,
        root=site.settings.root,
        text_of=site.text_of,
        colour=options.colour,
    )
    chosen = load_format(options.format)
    lines = chosen.statistics if options.statistics and chosen.statistics else chosen.lines
    return lines(result), 1 if result.errors else 0


def find_new(site: Site, rules: Mapping[str, Rule] = RULES, *, only: Collection[str] | None = None) -> list[Finding]:
    """Return the Findings of ``rules`` that are not in the baseline of the settings.

    :param only: the paths whose Findings are wanted, ``None`` for all.
    :raises SettingsError: the baseline is missing or malformed, or the settings give a severity to an unknown rule.
    """
    findings = find(site, rules, only=only)
    if not site.settings.baseline:
        return findings
    path = site.settings.home / site.settings.baseline
    name = baseline.baseline_name(path, site.settings.home)
    entries = baseline.load(path, name)
    listed = {key: entry for key, entry in entries.items() if only is None or key.path in only}
    return baseline.compare(findings, listed, name, site.is_unread).findings


def find_unshowable(site: Site) -> list[Finding]:
    """Return the errors that keep blocks from being shown as their Pages request, without those in the baseline.

    :raises SettingsError: the baseline is missing or malformed, or the settings give a severity to an unknown rule.
    """
    rules = {rule: RULES[rule] for rule in _RULES_OF_SHOWING}
    return [each for each in find_new(site, rules) if each.rule in rules and each.severity is Severity.ERROR]


def known_rules() -> Mapping[str, Rule]:
    """Return all rules by id, including that of the baseline."""
    return dict(sorted({**RULES, baseline.STALE.id: baseline.STALE}.items()))


def require_references(site: Site) -> None:
    """Refuse a site that shows nothing: a check of nothing must not look like a clean one.

    :raises SettingsError: there is no Reference.
    """
    if not site.references:
        tag = f"<{site.profile.component}>"
        hint = "check `pages` and `component` in the settings"
        raise SettingsError(f"no {tag} found in {plural(len(site.pages), 'page')}", hint)


def find(site: Site, rules: Mapping[str, Rule] = RULES, *, only: Collection[str] | None = None) -> list[Finding]:
    """Return the Findings of all ``rules`` that are not off, sorted by place, with their severities.

    An error in a partial that no page shows counts as a warning, since no reader sees it.

    :param only: the paths whose Findings are wanted, ``None`` for all.
    :raises SettingsError: the settings give a severity to an unknown rule.
    """
    severities = Severities(site.settings, {**RULES, **rules})
    applied = [rule for rule in rules.values() if severities.is_applied(rule.id)]
    context = Context(site, [rule.id for rule in applied], only)
    findings = []
    for rule in sorted(applied, key=lambda rule: rule.runs_last):
        for finding in rule.check(context):
            if not context.wants(finding.path):
                continue
            severity = severities.of(finding)
            if severity is Severity.OFF or context.suppressions.suppresses(finding):
                continue
            if severity is Severity.ERROR and finding.path in context.dead:
                severity = Severity.WARNING
            message = shorten(finding.message, _MAX_MESSAGE_LENGTH)  # a marker may be as long as its writer likes
            hint = finding.hint[:_MAX_HINT_LENGTH]
            findings.append(finding._replace(severity=severity, message=message, hint=hint))
    return sorted(findings)


class Severities:
    """The severities of one run: the default of each rule, the settings, and the settings for paths.

    :raises SettingsError: the settings name an unknown rule.
    """

    def __init__(self, settings: Settings, rules: Mapping[str, Rule]) -> None:
        self._settings = settings
        self._everywhere = {rule.id: rule.severity for rule in rules.values()}
        self._everywhere.update(self._checked(settings.severity, "severity"))
        self._per_path = [
            (re.compile(translate(glob)), self._checked(severities, "per-path", glob))
            for glob, severities in settings.per_path.items()
        ]

    def is_applied(self, rule: str) -> bool:
        """Whether the rule is on anywhere."""
        everywhere = self._everywhere[rule] is not Severity.OFF
        return everywhere or any(s.get(rule, Severity.OFF) is not Severity.OFF for _, s in self._per_path)

    def of(self, finding: Finding) -> Severity:
        """Return the severity of ``finding``; of several globs that match its path, the last one counts."""
        for glob, severities in reversed(self._per_path):
            if finding.rule in severities and glob.match(finding.path):
                return severities[finding.rule]
        return self._everywhere[finding.rule]

    def _checked(self, severities: Mapping[str, str], *table: str) -> dict[str, Severity]:
        for name in severities:
            if name not in self._everywhere:
                guess = did_you_mean(name, self._everywhere)
                known = f"known rules: {', '.join(self._everywhere)}"
                origin = self._settings.origin(*table, name)
                raise SettingsError(f"{origin} unknown rule {name!r}", f"{guess} {known}" if guess else known)
        return {name: Severity(severity) for name, severity in severities.items()}
