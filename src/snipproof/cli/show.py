"""``snipproof show``: blocks as readers see them, with what is wrong with them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from snipproof.cli.console import print_lines

if TYPE_CHECKING:
    import argparse

SUMMARY = "show blocks as readers see them, without a site"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``show``."""
    parser.add_argument(
        "names",
        nargs="+",
        metavar="NAME",
        help="PAGE, PAGE:LINE, PAGE#MARKER, SOURCE or SOURCE::REGION, such as docs/search.mdx:12",
    )
    parser.epilog = "Exit codes: 0 shown, 1 nothing has this name, or what is shown has an error, 2 wrong settings."


def run(arguments: argparse.Namespace) -> int:
    """Print the blocks and Regions that are named; return 1 if there is an error in one of them.

    :raises DocsError: nothing has this name.
    """
    from snipproof.config import load_settings
    from snipproof.lint.formats.text_format import wants_colour
    from snipproof.lint.shown_blocks import show
    from snipproof.site.block_names import find_shown
    from snipproof.site.docs_site import Site

    site = Site.load(load_settings(arguments.root, file=arguments.config))
    found = dict.fromkeys(each for name in arguments.names for each in find_shown(site, name, Path.cwd()))
    lines, code = show(site, list(found), colour=wants_colour(os.environ, is_terminal=sys.stdout.isatty()))
    print_lines(lines)
    return code
