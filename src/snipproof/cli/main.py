"""The ``snipproof`` command: its parser, its exit codes, and errors of the output.

Exit codes: 0 clean, 1 findings or a documentation error, 2 wrong usage or settings, 69 infrastructure failure.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from snipproof import __version__
from snipproof.cli import cache, check, compare, extract, init, language_server, provision, report, serve, show, watch
from snipproof.cli import list as list_
from snipproof.cli.console import silence_stdout
from snipproof.errors import InfrastructureError, SettingsError, SnipproofError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_INTERRUPTED = 130


class Command(Protocol):
    """What a module of this package provides to be a command. It imports what it needs only when it runs."""

    SUMMARY: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the options of the command to its ``parser``."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Run the command and return its exit code.

        :raises SnipproofError: it is shown as its message and hint.
        """


_COMMANDS: Mapping[str, Command] = {
    "check": check,
    "init": init,
    "list": list_,
    "show": show,
    "extract": extract,
    "report": report,
    "compare": compare,
    "serve": serve,
    "server": language_server,
    "watch": watch,
    "provision": provision,
    "cache": cache,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    :param argv: the arguments after the name of the program; those of this process if omitted.
    """
    if sys.stdout is None:  # closed by the caller (`>&-`): only the exit code is needed
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (for as long as the process lives)
    try:
        arguments = build_parser().parse_args(argv)
        if arguments.root and not arguments.root.is_dir():
            what = "the docs tree" if arguments.config else "the folder of the settings file"
            raise SettingsError(f"no such folder: {arguments.root}", f"--root is {what}")
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except SnipproofError as error:
        sys.stderr.write(f"snipproof: {error}\n")
        return error.exit_code
    except BrokenPipeError:
        silence_stdout()
        return 0
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        silence_stdout()
        sys.stderr.write(f"snipproof: the output cannot be written: {error.strerror}\n")
        return InfrastructureError.exit_code
    except KeyboardInterrupt:
        return _INTERRUPTED
    return code


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands. It sets ``run`` to the function of the command that was given."""
    about = "Prove documentation: check it, list and extract what it shows. Snippets run with pytest."
    parser = argparse.ArgumentParser(prog="snipproof", description=about)
    parser.add_argument("--version", action="version", version=f"snipproof {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", prog=parser.prog)
    for name, command in _COMMANDS.items():
        about = command.SUMMARY[0].upper() + command.SUMMARY[1:] + "."
        subparser = commands.add_parser(name, help=command.SUMMARY, description=about)
        subparser.add_argument(
            "--root",
            type=Path,
            metavar="DIR",
            help="folder of the settings file (default: .); with --config the docs tree",
        )
        subparser.add_argument(
            "--config",
            type=Path,
            metavar="FILE",
            help="settings file in another folder, such as one outside the docs tree",
        )
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    return parser
