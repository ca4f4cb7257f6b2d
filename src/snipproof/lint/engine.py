"""``snipproof check``: find, leave out what the baseline lists, tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.errors import SettingsError
from snipproof.lint import baseline, rules
from snipproof.lint.results import CheckResult, count
from snipproof.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from snipproof.lint.check_options import CheckOptions
    from snipproof.lint.rules.rule import Rule
    from snipproof.site.docs_site import Site


def known_rules() -> Mapping[str, Rule]:
    """Return all rules by id, that of the baseline too."""
    return dict(sorted({**rules.RULES, baseline.STALE.id: baseline.STALE}.items()))


def check(site: Site, request: CheckOptions) -> tuple[Iterable[str], int]:
    """Return the lines to print about ``site``, and the exit code.

    :raises SettingsError: nothing to look at, or a baseline that is missing or malformed.
    :raises InfrastructureError: the baseline cannot be written.
    """
    findings = rules.find(site)
    if not any(finding.severity is Severity.ERROR for finding in findings):
        require_references(site)
    path = request.baseline_file(site.settings)
    name = baseline.baseline_name(path, site.settings.root) if path else ""
    if request.update_baseline:
        if path is None:
            hint = "give --baseline FILE, or set `baseline` in the settings"
            raise SettingsError("--update-baseline needs to know the file", hint)
        entries = baseline.save(path, name, findings)
        return [f"{name}: {count(len(findings), 'finding')}, {count(entries, 'entry', 'entries')}"], 0
    known = 0
    if path is not None:
        compared = baseline.compare(findings, baseline.load(path, name), name)
        findings, known = compared.findings, compared.known
    report = CheckResult(
        findings=findings,
        rules=known_rules(),
        references=len(site.references),
        pages=len(site.pages),
        sources=len(site.sources),
        known=known,
        root=site.settings.root,
        text_of=site.text_of,
    )
    return _lines(report, request), 1 if report.errors else 0


def require_references(site: Site) -> None:
    """Refuse a site that shows nothing: a check of nothing must not look like a clean one.

    :raises SettingsError: there is no Reference.
    """
    if not site.references:
        tag = f"<{site.settings.component}>"
        hint = "check `pages` and `component` in the settings"
        raise SettingsError(f"no {tag} found in {count(len(site.pages), 'page')}", hint)


def _lines(report: CheckResult, request: CheckOptions) -> Iterable[str]:
    if request.statistics:
        from snipproof.lint.formats import statistics

        return statistics.json_lines(report) if request.format == "json" else statistics.text_lines(report)
    if request.format == "json":
        from snipproof.lint.formats import json_format

        return json_format.lines(report)
    if request.format == "github":
        from snipproof.lint.formats import github_format

        return github_format.lines(report)
    if request.format == "sarif":
        from snipproof.lint.formats import sarif_format

        return sarif_format.lines(report)
    from snipproof.lint.formats import text_format

    return text_format.lines(report, colour=request.colour)
