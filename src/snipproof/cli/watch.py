"""``snipproof watch``: prove what is saved, with Services and one pytest session that stay open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.cli.console import extra_required, interrupt_on

if TYPE_CHECKING:
    import argparse

SUMMARY = "prove what you save, at once, with the Services kept running, until q or Ctrl-C"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the paths that narrow what is watched."""
    text = "watch only the Sources at or below these paths, or those that these pages show, and run them at the start"
    parser.add_argument("paths", nargs="*", metavar="PATH", help=text)
    parser.epilog = "Exit codes: 0 ended by the user, 2 wrong usage or settings, 69 infrastructure failure."


def run(arguments: argparse.Namespace) -> int:
    """Watch until the user ends it, and return 0.

    :raises SettingsError: the settings are wrong, an extra is not installed, or another watcher runs.
    :raises InfrastructureError: a Service did not start, or the docs tree is gone.
    """
    import signal

    try:
        import watchfiles  # noqa: F401
    except ModuleNotFoundError as error:
        raise extra_required("watch", error, "watch") from None
    try:
        from snipproof.watch.start import start
    except ModuleNotFoundError as error:
        raise extra_required("watch", error) from None
    interrupt_on(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    return start(arguments.root, arguments.config, arguments.paths)
