"""The manifest: the exact text that every Reference shows, for the site's build and for other tools."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from snipproof.site.magic_comments import remove_magic_comments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from snipproof.model import Reference
    from snipproof.site.component import Rendered
    from snipproof.site.docs_site import Site

FORMAT_VERSION = 1


def manifest_bytes(site: Site, proofs: Mapping[Reference, Any] | None = None) -> bytes:
    """Return the manifest as UTF-8 JSON; bytes of a file name that are not UTF-8 become JSON escapes.

    :param proofs: what a run report knows of each Reference, as JSON values; it becomes the key ``proven``.
    """
    return (json.dumps(manifest(site, proofs), ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


def manifest(site: Site, proofs: Mapping[Reference, Any] | None = None) -> dict[str, Any]:
    """Return the manifest of ``site`` as JSON values, its references by page, line and column.

    References whose Source cannot be read have no text and are left out; ``check`` reports them.
    """
    rendered = ((reference, site.rendered(reference)) for reference in site.references)
    entries = [
        {**_entry(site, reference, block), **({"proven": proofs.get(reference)} if proofs is not None else {})}
        for reference, block in rendered
        if block is not None
    ]
    entries.sort(key=lambda entry: (entry["page"], entry["line"], entry["column"]))
    return {"format_version": FORMAT_VERSION, "references": entries}


def _entry(site: Site, reference: Reference, block: Rendered) -> dict[str, Any]:
    region = site.region_of(reference)
    return {
        "page": reference.page,
        "line": reference.line,
        "column": reference.column,
        "source": reference.source,
        "region": region.name if region else None,
        "start_marker": reference.start_marker,
        "end_marker": reference.end_marker,
        "language": reference.language,
        "highlighter": block.highlighter,
        "text": block.text,
        "shown": remove_magic_comments(block.text, block.highlighter),
        "sha256": hashlib.sha256(block.text.encode("utf-8")).hexdigest(),
        "segments": [[segment.first, segment.last] for segment in block.segments],
        "live": site.is_live(reference),
    }
