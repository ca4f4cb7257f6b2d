"""``snipproof server``: a language server for pages and Sources."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from snipproof.cli.console import extra_required

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from snipproof.config import Settings

SUMMARY = "serve an editor: findings, completion, navigation and rename, over standard input and output"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the option that editors give to every language server."""
    parser.add_argument("--stdio", action="store_true", help="the default, and the only way to connect")


def run(arguments: argparse.Namespace) -> int:
    """Serve the client at standard input and output until it ends the session, and return 0.

    :raises SettingsError: the extra ``editor`` is not installed.
    """
    try:
        import pygls  # noqa: F401
    except ModuleNotFoundError as error:
        raise extra_required("server", error, "editor") from None
    from snipproof.config import load_settings
    from snipproof.language_server.editor_session import make_server

    def settings_of(folder: Path) -> Settings:
        if arguments.config:
            return load_settings(arguments.root or folder, file=arguments.config)
        return load_settings(arguments.root or folder)

    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # the protocol alone may write to standard output
    make_server(settings_of).start_io(stdin, stdout)
    return 0
