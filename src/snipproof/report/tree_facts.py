"""What a report holds of the docs tree itself: Suites, Sources, all Snippets, what Pages show and compare.

Two reports belong to the same tree if these facts are equal, and a report belongs to a checkout if its digests are.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from snipproof.errors import DocsError, SnipproofError, UnreadableError
from snipproof.languages import displayed
from snipproof.report.client_version import client_of
from snipproof.report.entries import as_lists
from snipproof.site.page_claims import AMBIGUOUS
from snipproof.site.shown_output import OTHER_CODE, PARTLY_COMPARED, UNCOMPARED
from snipproof.site.source import read_source, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from snipproof.model import Finding, Reference, Source, Suite
    from snipproof.report.entries import (
        ExpectationEntry,
        ReferenceEntry,
        RunReport,
        SourceEntry,
        SuiteEntry,
    )
    from snipproof.site.claims import Claim
    from snipproof.site.docs_site import Site

NOT_COMPARED = frozenset((AMBIGUOUS, UNCOMPARED, OTHER_CODE, PARTLY_COMPARED))
"""The rules whose Findings mean that a block of output is not compared with all of the code beside it."""
_MAX_NAMED = 3  # files in a message


@dataclass(slots=True)
class TreeFacts:
    """The facts of one docs tree.

    :param collected: the ids of all Snippets of all Suites.
    :param expectations: what a run has to compare, none of it compared yet.
    """

    suites: list[SuiteEntry] = field(default_factory=list)
    sources: list[SourceEntry] = field(default_factory=list)
    collected: list[str] = field(default_factory=list)
    expectations: list[ExpectationEntry] = field(default_factory=list)
    references: list[ReferenceEntry] = field(default_factory=list)


def read_tree_facts(
    root: Path,
    suites: Sequence[Suite],
    site: Site | None = None,
    claims: Sequence[Claim] = (),
    findings: Iterable[Finding] = (),
) -> TreeFacts:
    """Return the facts of the tree below ``root``.

    :param site: its Pages and Sources; without one, only the Sources of ``suites`` count.
    :param claims: what the Pages of ``site`` claim; ``findings`` are those about them.
    """
    facts = TreeFacts()
    for suite in suites:
        facts.suites.append(_suite(root, suite))
        for path in suite.sources:
            source = _source_of(root, site, path)
            digest = text_digest(source.text) if source else ""
            facts.sources.append({"path": path, "suite": suite.path, "digest": digest, "duration": None})
            if source is None:
                continue  # collecting it reports why
            facts.collected += [snippet.id for snippet in source.snippets]
            facts.expectations += _bound(source)
    facts.expectations += [_claimed(claim) for claim in claims]
    if site is not None:
        facts.references += references_of(site, findings)
        facts.references.sort(key=lambda entry: (entry["page"], entry["line"], entry["column"]))
    return facts


def text_digest(text: str) -> str:
    """Return the SHA-256 of ``text``."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _source_of(root: Path, site: Site | None, path: str) -> Source | None:
    if site is not None:
        return site.sources.get(path)
    try:
        return read_source(root, path)
    except UnreadableError:
        return None


def _suite(root: Path, suite: Suite) -> SuiteEntry:
    texts = []
    for path in (suite.path, suite.lock, *(lock for _, lock in suite.clients)):
        try:
            texts.append(read_text(root, path) if path else "")
        except SnipproofError:
            texts.append("")  # preparing the Suite reports it
    entry: SuiteEntry = {
        "path": suite.path,
        "flavour": suite.flavour,
        "language": suite.language,
        "client": client_of(suite.lock, texts[1]) if suite.lock else None,
        "digest": text_digest("\0".join(texts)),
        "times": {},
    }
    if suite.clients:
        locks = zip(suite.clients, texts[2:], strict=True)
        entry["clients"] = {name: client_of(lock, text) for (name, lock), text in locks}
    return entry


def _bound(source: Source) -> Iterable[ExpectationEntry]:
    for expectation in source.expectations:
        region = expectation.region
        yield {
            "id": region.id,
            "snippet": f"{source.path}::{expectation.of}",
            "origin": expectation.origin.value,
            "line": region.line,
            "segments": as_lists(region.segments),
            "outcome": "not compared",
            "reason": "",
            "places": [],
            "differences": [],
            "rows": [],
            "actual": None,
        }


def _claimed(claim: Claim) -> ExpectationEntry:
    return {
        "id": claim.expectation.id,
        "snippet": claim.snippet,
        "origin": claim.origin.value,
        "line": claim.expectation.line,
        "segments": as_lists(claim.expectation.segments),
        "outcome": "excused" if claim.excused else "not compared",
        "reason": claim.excused,
        "places": [
            {"page": place.page, "line": place.line, "column": place.column, "tab": place.tab} for place in claim.places
        ],
        "differences": [],
        "rows": [],
        "actual": None,
    }


def references_of(site: Site, findings: Iterable[Finding]) -> list[ReferenceEntry]:
    """Return the entries of all References as a report has them, in the order of ``site``.

    :param findings: those about what Pages claim.
    """
    by_place = {(each.path, each.line, each.column): each for each in findings if each.rule in NOT_COMPARED}
    return [
        _reference(site, reference, by_place.get((reference.page, reference.line, reference.column)))
        for reference in site.references
    ]


def _reference(site: Site, reference: Reference, finding: Finding | None) -> ReferenceEntry:
    """Return the entry of ``reference``.

    Where the markers of a block select nothing, its start marker may still name a Region. Readers do not see that.
    """
    source, rendered = site.source_of(reference), site.rendered(reference)
    region = site.region_of(reference) if rendered and rendered.text.strip() else None
    suite = site.suite_of.get(reference.source or "")
    is_snippet = region is not None and source is not None and region in source.snippet_regions
    return {
        "page": reference.page,
        "line": reference.line,
        "column": reference.column,
        "source": reference.source,
        "region": region.name if region else None,
        "kind": "none" if region is None else "snippet" if is_snippet else "expectation",
        "suite": suite.path if suite else None,
        "flavour": suite.flavour if suite else displayed(reference.language) or reference.language,
        "language": reference.language,
        "live": site.is_live(reference),
        "digest": text_digest(rendered.text) if rendered else "",
        "finding": {"rule": finding.rule, "message": finding.message} if finding else None,
    }


def require_same_tree(report: RunReport, facts: TreeFacts, name: str) -> None:
    """Refuse a report of other files than those of ``facts``.

    :param name: the report in the message.
    :raises DocsError: a Suite or a Source differs from what was run.
    """
    changed = differing(
        {each["path"]: each["digest"] for each in (*report["run"]["suites"], *report["run"]["sources"])},
        {each["path"]: each["digest"] for each in (*facts.suites, *facts.sources)},
    )
    if changed:
        hint = "prove this tree with pytest --snippets-report, or check out the commit of the report"
        commit = report["run"]["commit"]
        of = f" of commit {commit[:12]}" if commit else ""
        raise DocsError(f"{name}: the report{of} is of another tree: {shorten_paths(changed)}", hint)


def differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """Return the sorted paths whose digests differ, or that only one of both has."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def shorten_paths(paths: Sequence[str]) -> str:
    """Return ``a.py, b.py and 4 more files differ``."""
    more = f" and {len(paths) - _MAX_NAMED} more" if len(paths) > _MAX_NAMED else ""
    return f"{', '.join(paths[:_MAX_NAMED])}{more} {'differs' if len(paths) == 1 else 'differ'}"
