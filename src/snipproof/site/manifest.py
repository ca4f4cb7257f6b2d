"""The manifest: the exact text that every Reference shows, for the site's build and for other tools.

A build without Python relies on it alone, so it also lists the digests of all files it was made of, what the site's
component is called, and the blocks that cannot be shown. Keys are only ever added to ``format_version`` 1.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from snipproof.site.claims import claims
from snipproof.site.magic_comments import remove_magic_comments

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from snipproof.model import Finding, Reference, Region
    from snipproof.site.component import Rendered
    from snipproof.site.docs_site import Site

FORMAT_VERSION = 1


def manifest_bytes(
    site: Site, findings: Iterable[Finding] = (), proofs: Mapping[Reference, Any] | None = None
) -> bytes:
    """Return the manifest as UTF-8 JSON; bytes of a file name that are not UTF-8 become JSON escapes."""
    text = json.dumps(manifest(site, findings, proofs), ensure_ascii=False, indent=1)
    return (text + "\n").encode("utf-8", "backslashreplace")


def manifest(
    site: Site, findings: Iterable[Finding] = (), proofs: Mapping[Reference, Any] | None = None
) -> dict[str, Any]:
    """Return the manifest of ``site`` as JSON values, its references by page, line and column.

    References whose Source cannot be read have no text and are left out. ``findings`` are the reasons why blocks
    cannot be shown as their Pages request; ``proofs`` is what a run report knows of each Reference, as JSON values: it
    becomes the key ``proven``.
    """
    rendered = ((reference, site.rendered(reference)) for reference in site.references)
    written = {(page.path, each.variable): each.path for page in site.pages for each in page.imports if each.raw}
    compared = _compared(site)
    entries = [
        {
            **_entry(site, reference, block, written, compared),
            **({"proven": proofs.get(reference)} if proofs is not None else {}),
        }
        for reference, block in rendered
        if block is not None
    ]
    entries.sort(key=lambda entry: (entry["page"], entry["line"], entry["column"]))
    return {
        "format_version": FORMAT_VERSION,
        "component": {"name": site.profile.component, "attributes": dict(site.profile.attributes)},
        "pages": {path: _digest(site.text_of(path)) for path in sorted({each.page for each in site.references})},
        "sources": {path: _digest(site.text_of(path)) for path in sorted({entry["source"] for entry in entries})},
        "findings": [finding_as_json(finding) for finding in findings],
        "references": entries,
    }


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """Return a Finding as JSON values."""
    return {
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "rule": finding.rule,
        "severity": str(finding.severity),
        "message": finding.message,
        "hint": finding.hint,
    }


def _compared(site: Site) -> dict[Region, list[dict[str, str]]]:
    """Return the Snippets that each Region of output is compared with, and which output of theirs.

    These are those that its Source binds, and those above it on the Pages that show it, such as every tab of a group.
    """
    bound = (
        (expectation.region, f"{source.path}::{expectation.of}", expectation.origin)
        for source in site.sources.values()
        for expectation in source.expectations
    )
    claimed = ((claim.expectation, claim.snippet, claim.origin) for claim in claims(site) if not claim.excused)
    compared: dict[Region, list[dict[str, str]]] = {}
    for region, snippet, origin in (*bound, *claimed):
        compared.setdefault(region, []).append({"snippet": snippet, "output": str(origin)})
    return compared


def _entry(
    site: Site,
    reference: Reference,
    block: Rendered,
    written: dict[tuple[str, str], str],
    compared: dict[Region, list[dict[str, str]]],
) -> dict[str, Any]:
    region = site.region_of(reference)
    entry = {
        "page": reference.page,
        "line": reference.line,
        "column": reference.column,
        "import": written.get((reference.page, reference.variable)),
        "source": reference.source,
        "region": region.name if region else None,
        "start_marker": reference.start_marker,
        "end_marker": reference.end_marker,
        "include_start_marker": reference.include_start_marker,
        "language": reference.language,
        "highlighter": block.highlighter,
        "text": block.text,
        "shown": remove_magic_comments(block.text, block.highlighter),
        "sha256": _digest(block.text),
        "segments": [[segment.first, segment.last] for segment in block.segments],
        "live": site.is_live(reference),
    }
    if region is not None and region in compared:
        entry["compared_with"] = compared[region]
    return entry


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
