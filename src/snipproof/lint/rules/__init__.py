"""The rules of ``snipproof check``, each with its id, and the one function that applies them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.lint.rules import (
    balance,
    blocks,
    claims,
    content,
    fit,
    highlights,
    imports,
    leaks,
    names,
    reading,
    sources,
    suppression,
    syntax,
    translations,
)
from snipproof.lint.rules.context import Context
from snipproof.lint.rules.rule import Rule
from snipproof.lint.severities import Severities
from snipproof.model import Finding, Severity
from snipproof.text import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from snipproof.site.docs_site import Site

_ERROR, _WARNING, _OFF = Severity.ERROR, Severity.WARNING, Severity.OFF
_ALL = (
    Rule("SP001", "unreadable", _ERROR, "a page or a Source cannot be read", reading.unreadable),
    Rule("SP002", "unexplained-suppression", _ERROR, "a suppression gives no reason", suppression.unexplained),
    Rule("SP003", "unused-suppression", _WARNING, "a suppression has nothing to suppress", suppression.unused),
    Rule("SP101", "import-not-found", _ERROR, "an imported file does not exist", imports.not_found),
    Rule("SP102", "undefined-import", _ERROR, "a block shows a variable that is not imported", imports.undefined),
    Rule("SP201", "start-absent", _ERROR, "the start marker is not in the file", blocks.start_absent),
    Rule("SP202", "end-absent", _ERROR, "nothing closes the block: it runs to the end of the file", blocks.end_absent),
    Rule("SP203", "empty-block", _ERROR, "there is no text between the markers", blocks.empty),
    Rule("SP204", "orphan-region", _WARNING, "no page shows a Snippet", sources.orphan),
    Rule("SP205", "only-any", _WARNING, "the start marker is missing: only START-ANY text is shown", blocks.only_any),
    Rule("SP206", "no-markers", _WARNING, "a block gives no start or no end marker", blocks.no_markers),
    Rule("SP207", "longer-marker", _ERROR, "a Region with a longer marker is shown too", leaks.longer_marker),
    Rule("SP208", "foreign-marker", _ERROR, "readers see a marker of another Region", leaks.foreign_marker),
    Rule("SP209", "language-misfit", _ERROR, "a program is shown as one of another language", fit.language),
    Rule("SP210", "comment-token", _WARNING, "the marker is no comment in the language of its file", fit.comment_token),
    Rule("SP211", "only-comments", _WARNING, "readers see no code, only comments", content.only_comments),
    Rule("SP212", "secret", _ERROR, "a text that looks like a key is shown", content.secret),
    Rule("SP213", "highlight-unbalanced", _WARNING, "a highlight is not opened or not closed", highlights.unbalanced),
    Rule("SP214", "highlight-shown", _ERROR, "readers see a highlight comment", highlights.shown_to_readers),
    Rule("SP301", "unbound-expectation", _ERROR, "shown output belongs to no Snippet", sources.unbound),
    Rule("SP302", "ambiguous-output", _ERROR, "a page does not tell whose output it shows", claims.ambiguous),
    Rule("SP303", "unexplained-opt-out", _ERROR, "an opt-out gives no reason, or no tab", claims.wrong_opt_out),
    Rule("SP304", "unneeded-opt-out", _WARNING, "an opt-out has nothing to excuse", claims.unneeded_opt_out),
    Rule("SP401", "in-no-suite", _ERROR, "a page shows a Source that no Suite runs", sources.in_no_suite),
    Rule("SP402", "unbalanced-marker", _WARNING, "a marker opens or closes nothing", balance.unbalanced),
    Rule("SP403", "duplicate-name", _WARNING, "a Region is opened again while it is open", balance.duplicate),
    Rule("SP501", "python-syntax", _ERROR, "what is shown as Python does not parse", syntax.python),
    Rule("SP502", "json-syntax", _ERROR, "what is shown as JSON does not parse", syntax.json),
    Rule("SP503", "typescript-syntax", _WARNING, "what is shown as TypeScript does not parse", syntax.typescript),
    Rule("SP504", "go-syntax", _WARNING, "what is shown as Go does not parse", syntax.go),
    Rule("SP505", "java-syntax", _WARNING, "what is shown as Java does not parse", syntax.java),
    Rule("SP506", "undefined-name", _OFF, "a name is used and never defined in what is shown", names.undefined),
    Rule("SP601", "translation-missing", _ERROR, "a translation lacks a block of its original", translations.missing),
    Rule("SP602", "translation-extra", _ERROR, "a translation shows a block its original lacks", translations.extra),
    Rule("SP603", "translation-order", _WARNING, "a translation shows blocks in another order", translations.reordered),
    Rule("SP604", "translation-file", _ERROR, "a block of a translation shows another file", translations.other_file),
)
# Applied last: it needs to know which suppressions the other rules used.
_LAST = "SP003"
_LONGEST_MESSAGE = 500
_LONGEST_HINT = 1000
RULES: Mapping[str, Rule] = {rule.id: rule for rule in _ALL}


def find(site: Site) -> list[Finding]:
    """Return the Findings of all rules that are not off, sorted by place, with their severities.

    An error on a partial that no page shows counts as a warning, since no reader sees it.

    :raises SettingsError: the settings give a severity to a rule that does not exist.
    """
    context = Context(site)
    severities = Severities(site.settings, RULES)
    rules = [rule for rule in _ALL if severities.ever(rule.id)]
    context.applied.update(rule.id for rule in rules)
    findings = []
    for rule in sorted(rules, key=lambda rule: rule.id == _LAST):
        for finding in rule.check(context):
            severity = severities.of(finding)
            if severity is Severity.OFF or context.suppressions.suppresses(finding):
                continue
            if severity is Severity.ERROR and finding.path in context.dead:
                severity = Severity.WARNING
            message = shorten(finding.message, _LONGEST_MESSAGE)  # a marker may be as long as its writer likes
            findings.append(finding._replace(severity=severity, message=message, hint=finding.hint[:_LONGEST_HINT]))
    return sorted(findings)
