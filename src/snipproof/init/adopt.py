"""The steps of ``snipproof init``. Each creates a missing file; none ever changes an existing one."""

from __future__ import annotations

import os
import posixpath
from collections import Counter
from typing import TYPE_CHECKING

from snipproof.config import load_settings
from snipproof.errors import InfrastructureError
from snipproof.files import require_inside
from snipproof.init.discover import discover
from snipproof.init.proposals import existing_suites, propose_suites
from snipproof.init.server_tables import name_services
from snipproof.init.settings_file import settings_text, write_settings
from snipproof.init.suite_file import suite_text
from snipproof.languages import is_program, of_file, runnable
from snipproof.lint import baseline
from snipproof.lint.engine import find
from snipproof.lint.rules import RULES
from snipproof.lint.rules.sp4xx_sources import in_no_suite
from snipproof.model import Severity
from snipproof.site.docs_site import Site
from snipproof.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from snipproof.config import Settings
    from snipproof.init.proposals import ProposedSuite
    from snipproof.model import Finding

BASELINE = "snipproof-baseline.jsonl"


def init(settings: Settings) -> Iterator[str]:
    """Write what the site at ``settings.root`` lacks, and yield lines on what was found and done, and what is next.

    :raises SettingsError: there are no docs, or the settings are wrong.
    :raises InfrastructureError: a file cannot be written.
    """
    root = settings.root
    try:
        yield from _complete(settings) if settings.file else _adopt(root, settings)
    except OSError as error:
        name = os.path.relpath(error.filename, root) if isinstance(error.filename, str) else "a file"
        raise InfrastructureError(f"cannot write {name}: {error.strerror or error}") from None


def _complete(settings: Settings) -> Iterator[str]:
    """Keep the existing settings, and write the baseline that they name, if that is missing."""
    assert settings.file is not None
    yield f"kept   {settings.file.name}: it already has snipproof settings"
    site = Site.load(settings)
    yield f"found  {_site_summary(site)}"
    if settings.baseline:
        if os.path.lexists(settings.root / settings.baseline):
            yield f"kept   {settings.baseline}"
        else:
            findings = find(site)
            require_inside(settings.root, settings.root / settings.baseline, settings.baseline)
            baseline.save(settings.root / settings.baseline, settings.baseline, findings)
            yield f"wrote  {settings.baseline}: {_severity_counts(findings)}"
            yield from _by_rule(findings)
    yield from _next(settings, site, ())


def _adopt(root: Path, defaults: Settings) -> Iterator[str]:
    layout = discover(root)
    settings = defaults._replace(root=root, pages=layout.pages, site_root=layout.site_root, component=layout.component)
    site = Site.load(settings)
    kind = "a Docusaurus site" if layout.docusaurus else "docs"
    where = "" if layout.site_root == "." else f" in {layout.site_root}"
    yield f"found  {kind}{where}, pages in {', '.join(layout.pages)}"
    yield f"found  {_site_summary(site)}"
    suites = existing_suites(site)
    if suites:
        yield f"kept   {', '.join(suites)}"
        settings = settings._replace(suites=suites)
        site = Site.load(settings)
    proposed = propose_suites(site)
    for suite in proposed:
        if suite.is_written:
            require_inside(root, root / suite.path, suite.path)
            (root / suite.folder).mkdir(parents=True, exist_ok=True)
            _create(root / suite.path, suite_text(suite))
            suites += () if suite.missing else (suite.path,)
            yield f"wrote  {suite.path}: a Suite of {_pinned_by(suite)}"
        if suite.missing:
            yield f"left   {suite.title}: {suite.missing}"
    yield from _without_runner(site)
    settings, site = _with_suites(name_services(settings, proposed), site, suites)
    findings = find(site) if site.references else []
    listed = BASELINE if findings and not os.path.lexists(root / BASELINE) else ""
    name = write_settings(root, settings_text(layout, settings, proposed, listed))
    yield f"wrote  {name}"
    if listed:
        baseline.save(root / listed, listed, findings)
        yield f"wrote  {listed}: {_severity_counts(findings)}, no longer reported"
        yield from _by_rule(findings)
    elif findings:
        yield f"kept   {BASELINE}: it was there before, so the settings do not name it"
    yield from _next(load_settings(root), site, proposed)


def _without_runner(site: Site) -> Iterator[str]:
    shown = {reference.source for reference in site.references} & set(site.sources)
    counts = Counter(name for path in shown if is_program(name := of_file(path or "")) and name not in runnable())
    if counts:
        names = ", ".join(sorted(counts))
        yield f"left   {plural(sum(counts.values()), 'Source')} in {names}: snipproof cannot run them"


def _pinned_by(suite: ProposedSuite) -> str:
    if not suite.lock:
        return suite.title
    lock = suite.lock.removeprefix("/") if suite.lock.startswith("/") else posixpath.join(suite.folder, suite.lock)
    return f"{suite.title}, pinned by {posixpath.normpath(lock)}"


def _with_suites(settings: Settings, site: Site, suites: tuple[str, ...]) -> tuple[Settings, Site]:
    """Return settings and site with ``suites``."""
    if not suites:
        return settings, site
    settings = settings._replace(suites=suites)
    site = Site.load(settings)
    if any(reference.source not in site.suite_of for reference in site.references):
        # An adopted site has many Sources that cannot be run yet: a Finding for each of them would only be noise.
        settings = settings._replace(severity={in_no_suite.id: "off"})
        site.settings = settings
    return settings, site


def _create(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="") as file:
        file.write(text)


def _site_summary(site: Site) -> str:
    shown = {reference.source for reference in site.references} & set(site.sources)
    languages = Counter(map(_language, shown))
    counts = sorted(languages.items(), key=lambda item: (-item[1], item[0]))
    of = ", ".join(f"{number:,} {name}" for name, number in counts)
    blocks = plural(len(site.references), f"<{site.profile.component}> block")
    sources = plural(sum(languages.values()), "Source")
    return f"{plural(len(site.pages), 'page')}, {blocks} of {sources}" + (f" ({of})" if of else "")


def _language(path: str | None) -> str:
    return of_file(path or "") or posixpath.splitext(path or "")[1] or "other"


def _severity_counts(findings: list[Finding]) -> str:
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    return f"{plural(errors, 'error')}, {plural(len(findings) - errors, 'warning')} as of today"


def _by_rule(findings: list[Finding]) -> Iterator[str]:
    """Yield how often each rule was broken, errors first: it is not reported anywhere else while a baseline is used."""
    numbers = Counter((finding.severity, finding.rule) for finding in findings)
    for (severity, rule), number in sorted(numbers.items(), key=lambda item: (item[0][0], -item[1], item[0][1])):
        yield f"       {number:>7,}  {severity:7}  {rule} {RULES[rule].name}"


def _next(settings: Settings, site: Site, proposed: Sequence[ProposedSuite]) -> Iterator[str]:
    yield "next"
    if not site.references:
        yield f"  show a Region with <{site.profile.component}> on a page: see docs/docs/guide/writing.mdx of snipproof"
        return
    yield "  snipproof check   fails on new findings from now on; run it in CI"
    if settings.baseline:
        yield f"  snipproof check --update-baseline   after a fix: removes stale entries from {settings.baseline}"
    if settings.suites:
        yield "  pytest --snippets   proves the Sources of the Suites (requires snipproof[weaviate,languages])"
        yield "  pytest --snippets --snippets-report report.json; snipproof report report.json --reasons"
        yield "                      lists why a first run fails, and what to do about it"
    elif proposed:
        where = settings.file.name if settings.file else "the settings"
        yield f"  write {proposed[0].path}, as described in {where}, to run Sources"
