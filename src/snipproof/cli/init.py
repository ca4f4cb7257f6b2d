"""``snipproof init``: settings, Suites and a baseline for an existing site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.cli.console import print_line

if TYPE_CHECKING:
    import argparse

SUMMARY = "write settings, Suites and a baseline for an existing site; overwrite nothing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: ``init`` has no options of its own."""


def run(arguments: argparse.Namespace) -> int:
    """Write the files that are missing, print what was written and return 0."""
    from snipproof.config import load_settings
    from snipproof.errors import SettingsError
    from snipproof.init import init

    if arguments.config:
        raise SettingsError("init cannot be used with --config", "it writes a new settings file into --root")
    for line in init(load_settings(arguments.root)):
        print_line(line)
    return 0
