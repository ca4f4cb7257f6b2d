"""``snipproof extract``: what every page shows as a manifest or as Markdown, or whether a manifest is stale."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snipproof.cli.console import print_problems
from snipproof.errors import DocsError, InfrastructureError, SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from snipproof.model import Reference
    from snipproof.site.docs_site import Site


SUMMARY = "write what every page shows as one JSON manifest"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``extract``."""
    parser.add_argument("--format", choices=("json",), default="json", help="output format (default: json)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write to FILE instead of standard output")
    parser.add_argument("--report", type=Path, metavar="FILE", help="add what this run report proved of each block")
    parser.add_argument("--markdown", type=Path, metavar="DIR", help="write each page as Markdown to DIR instead")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if FILE is stale")


def run(arguments: argparse.Namespace) -> int:
    """Write the manifest or compare it with ``--output``; return 1 if a page or Source cannot be read.

    With ``--markdown``, pages are written, and the manifest only if ``--output`` is given too.

    :raises DocsError: ``--check`` was given and the manifest is missing or stale, or the report is of another tree.
    :raises SettingsError: a link leads from a file to write to a folder outside of the root, or the report is
        incomplete.
    """
    from snipproof.config import load_settings
    from snipproof.lint.engine import find_unshowable, require_references
    from snipproof.site.docs_site import Site
    from snipproof.site.manifest import manifest_bytes

    output: Path | None = arguments.output
    if arguments.check and output is None:
        raise SettingsError("extract --check requires --output FILE", "name the manifest to compare with")
    if arguments.check and arguments.markdown is not None:
        raise SettingsError("extract --check compares the manifest only", "give it without --markdown")
    site = Site.load(load_settings(arguments.root, file=arguments.config))
    code = print_problems(site)
    require_references(site)
    if arguments.markdown is not None:
        _write_pages(site, arguments.markdown)
        if output is None:
            return code
    proofs = _marks(site, arguments.report) if arguments.report else None
    data = manifest_bytes(site, find_unshowable(site), proofs)
    if output is None:
        # Bytes: the manifest must not depend on the console's encoding and line ends.
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    elif arguments.check:
        _require_fresh(output, data)
    else:
        _write(site, output, data)
    return code


def _marks(site: Site, path: Path) -> Mapping[Reference, Any]:
    from snipproof.report.marks import marks_of
    from snipproof.report.report_file import read_report

    return marks_of(site, read_report(path), str(path))


def _write_pages(site: Site, folder: Path) -> None:
    from snipproof.site.page_markdown import markdown_pages

    for path, text in markdown_pages(site):
        _write(site, folder / path, text.encode("utf-8", "surrogatepass"))


def _write(site: Site, path: Path, data: bytes) -> None:
    from snipproof.files import require_inside, write_whole

    require_inside(site.settings.root, path, str(path))
    try:
        write_whole(path, data)
    except OSError as error:
        raise InfrastructureError(f"cannot write {path}: {error.strerror or error}") from None


def _require_fresh(output: Path, data: bytes) -> None:
    try:
        written = output.read_bytes()
    except OSError as error:
        raise DocsError(f"{output}: cannot be read: {error.strerror}", "write it without --check") from None
    if written != data:
        raise DocsError(f"{output} is stale: pages or Sources have changed", "write it again without --check")
