"""``snipproof extract``: the manifest of what every page shows, or whether a written one is stale."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from snipproof.cli.console import print_problems
from snipproof.errors import DocsError, InfrastructureError, SettingsError

if TYPE_CHECKING:
    import argparse

SUMMARY = "write what every page shows as one JSON manifest"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``extract``."""
    parser.add_argument("--format", choices=("json",), default="json", help="output format (default: json)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write to FILE instead of standard output")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if FILE is stale")


def run(arguments: argparse.Namespace) -> int:
    """Write the manifest or compare it with ``--output``; return 1 if a page or Source cannot be read.

    :raises DocsError: ``--check`` was given and the manifest is missing or stale.
    :raises SettingsError: a link leads from ``--output`` to a folder outside of the root.
    """
    from snipproof.config import load_settings
    from snipproof.files import require_inside, write_whole
    from snipproof.lint.engine import find_unshowable, require_references
    from snipproof.site.docs_site import Site
    from snipproof.site.manifest import manifest_bytes

    output: Path | None = arguments.output
    if arguments.check and output is None:
        raise SettingsError("extract --check requires --output FILE", "name the manifest to compare with")
    site = Site.load(load_settings(arguments.root))
    code = print_problems(site)
    require_references(site)
    data = manifest_bytes(site, find_unshowable(site))
    if output is None:
        # Bytes: the manifest must not depend on the console's encoding and line ends.
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    elif arguments.check:
        _require_fresh(output, data)
    else:
        require_inside(site.settings.root, output, str(output))
        try:
            write_whole(output, data)
        except OSError as error:
            raise InfrastructureError(f"cannot write {output}: {error.strerror or error}") from None
    return code


def _require_fresh(output: Path, data: bytes) -> None:
    try:
        written = output.read_bytes()
    except OSError as error:
        raise DocsError(f"{output}: cannot be read: {error.strerror}", "write it without --check") from None
    if written != data:
        raise DocsError(f"{output} is stale: pages or Sources have changed", "write it again without --check")
