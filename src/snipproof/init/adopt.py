"""The steps of ``snipproof init``. Each writes a file that is not there; none ever changes one that is."""

from __future__ import annotations

import os
import posixpath
from collections import Counter
from typing import TYPE_CHECKING

from snipproof.config import load_settings
from snipproof.errors import InfrastructureError
from snipproof.init.discover import discover
from snipproof.init.first_suite import LANGUAGES, FirstSuite, existing_suites, first_suite
from snipproof.init.settings_file import settings_text, write_settings
from snipproof.lint import baseline, rules
from snipproof.lint.results import count
from snipproof.model import Severity
from snipproof.site.docs_site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from snipproof.config import Settings
    from snipproof.model import Finding

IN_NO_SUITE = "SP401"
BASELINE = "snipproof-baseline.jsonl"


def init(settings: Settings) -> Iterator[str]:
    """Write what the site at ``settings.root`` lacks, and yield lines that tell what was found, done, and is next.

    :raises SettingsError: no docs, or settings that are wrong.
    :raises InfrastructureError: a file cannot be written.
    """
    root = settings.root
    try:
        yield from _again(settings) if settings.file else _first(root, settings)
    except OSError as error:
        name = os.path.relpath(error.filename, root) if isinstance(error.filename, str) else "a file"
        raise InfrastructureError(f"cannot write {name}: {error.strerror or error}") from None


def _again(settings: Settings) -> Iterator[str]:
    """Leave the settings that are there as they are, and write the baseline that they name, if that is missing."""
    assert settings.file is not None
    yield f"kept   {settings.file.name}: it has settings of snipproof already"
    site = Site.load(settings)
    yield f"found  {_counted(site)}"
    if settings.baseline:
        if os.path.lexists(settings.root / settings.baseline):
            yield f"kept   {settings.baseline}"
        else:
            findings = rules.find(site)
            baseline.save(settings.root / settings.baseline, settings.baseline, findings)
            yield f"wrote  {settings.baseline}: {_weighed(findings)}"
            yield from _by_rule(findings)
    yield from _next(settings, site, example=None)


def _first(root: Path, defaults: Settings) -> Iterator[str]:
    layout = discover(root)
    settings = defaults._replace(root=root, pages=layout.pages, site_root=layout.site_root, component=layout.component)
    site = Site.load(settings)
    whose = "a Docusaurus site" if layout.docusaurus else "docs"
    where = "" if layout.site_root == "." else f" in {layout.site_root}"
    yield f"found  {whose}{where}, pages in {', '.join(layout.pages)}"
    yield f"found  {_counted(site)}"
    suites = existing_suites(site)
    suite = None if suites else first_suite(site)
    if suites:
        yield f"kept   {', '.join(suites)}"
    if suite is not None and suite.lock:
        _create(root / suite.path, suite.text)
        yield f"wrote  {suite.path}: a first Suite, its Sources pinned by {posixpath.join(suite.folder, suite.lock)}"
        suites, suite = (suite.path,), None
    settings, site = _with_suites(settings, site, suites)
    findings = rules.find(site) if site.references else []
    listed = BASELINE if findings and not os.path.lexists(root / BASELINE) else ""
    name = write_settings(root, settings_text(layout, settings, suite, listed))
    yield f"wrote  {name}"
    if listed:
        baseline.save(root / listed, listed, findings)
        yield f"wrote  {listed}: {_weighed(findings)}, which are not told any more"
        yield from _by_rule(findings)
    elif findings:
        yield f"kept   {BASELINE}: it is not named in the settings, since it was there before"
    yield from _next(load_settings(root), site, suite)


def _with_suites(settings: Settings, site: Site, suites: tuple[str, ...]) -> tuple[Settings, Site]:
    """Return settings and site with ``suites``."""
    if not suites:
        return settings, site
    settings = settings._replace(suites=suites)
    site = Site.load(settings)
    if any(reference.source not in site.suite_of for reference in site.references):
        # An adopted site has many Sources that cannot be run yet: one Finding for each of them says nothing.
        settings = settings._replace(severity={IN_NO_SUITE: "off"})
        site.settings = settings
    return settings, site


def _create(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="") as file:
        file.write(text)


def _counted(site: Site) -> str:
    kinds = Counter(_kind(path) for path in {reference.source for reference in site.references} if path in site.sources)
    of = ", ".join(f"{number:,} {kind}" for kind, number in kinds.most_common())
    blocks = count(len(site.references), f"<{site.settings.component}> block")
    sources = count(sum(kinds.values()), "Source")
    return f"{count(len(site.pages), 'page')}, {blocks} of {sources}" + (f" ({of})" if of else "")


def _kind(path: str | None) -> str:
    extension = posixpath.splitext(path or "")[1]
    return LANGUAGES.get(extension, extension or "other")


def _weighed(findings: list[Finding]) -> str:
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    return f"{count(errors, 'error')}, {count(len(findings) - errors, 'warning')} of today"


def _by_rule(findings: list[Finding]) -> Iterator[str]:
    """Say how often each rule was broken, errors first: nothing else tells it while the baseline is in use."""
    numbers = Counter((finding.severity, finding.rule) for finding in findings)
    for (severity, rule), number in sorted(numbers.items(), key=lambda item: (item[0][0], -item[1], item[0][1])):
        yield f"       {number:>7,}  {severity:7}  {rule} {rules.RULES[rule].name}"


def _next(settings: Settings, site: Site, example: FirstSuite | None) -> Iterator[str]:
    yield "next"
    if not site.references:
        yield f"  show a Region with <{settings.component}> on a page: docs/guide/writing.md of snipproof tells how"
        return
    yield "  snipproof check   fails on new findings from now on; run it in CI"
    if settings.baseline:
        yield f"  snipproof check --update-baseline   after mending: takes what is gone out of {settings.baseline}"
    if settings.suites:
        folders = " ".join(posixpath.dirname(path) for path in settings.suites if "*" not in path)
        yield f"  pytest {folders or 'FOLDER'}   proves their Sources (needs snipproof[weaviate,languages])"
    elif example is not None:
        where = settings.file.name if settings.file else "the settings"
        yield f"  write {example.path}, as told in {where}, to run Sources"
