"""``snipproof provision``: fills the caches ahead of a run, for an image or a CI cache."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from snipproof.cli.console import extra_required, print_line, print_lines

if TYPE_CHECKING:
    import argparse

    from snipproof.run.provisioning import Provisioned

SUMMARY = "fill the caches of the server, the clients and the builds, without running anything"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``provision``."""
    add = parser.add_argument
    add("suites", nargs="*", metavar="SUITE", help="a flavour or the path of a suite file (default: all Suites)")
    add("--no-server", action="store_true", help="leave the server out")
    add("--matrix", action="store_true", help="obtain all servers and clients of the setting matrix")
    add("--require", action="store_true", help="report a missing toolchain as an error, not a skip")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--print-key", action="store_true", help="only print a key for a CI cache")
    only.add_argument("--print-prefix", action="store_true", help="only print what all keys of this system begin with")
    only.add_argument("--print-paths", action="store_true", help="only print the folders to keep, one on each line")
    parser.epilog = (
        "Exit codes: 0 everything is ready, 1 a Source cannot be read, 2 wrong usage or settings, "
        "69 something could not be obtained."
    )


def run(arguments: argparse.Namespace) -> int:
    """Fill the caches, print what is ready and return the exit code: that of the first error, settings first.

    :raises SettingsError: a Suite is unknown or wrong, or the extra ``weaviate`` is not installed.
    :raises InfrastructureError: no session can begin.
    """
    from snipproof.config import load_settings
    from snipproof.site.combinations import combine
    from snipproof.site.suite import load_suites

    settings = load_settings(
        arguments.root, file=arguments.config, overrides={"run.require": "true"} if arguments.require else None
    )
    try:
        from snipproof.processes.session_folder import SessionFolder
        from snipproof.run.provisioning import Provisioning, cache_prefix, select_suites
    except ModuleNotFoundError as error:
        raise extra_required("provision", error) from None
    suites = select_suites(load_suites(settings), arguments.suites)
    if arguments.matrix:
        suites = [each for suite in suites for each in combine(settings, suite)]
    if arguments.print_prefix:
        print_line(cache_prefix())
        return 0
    with SessionFolder.begin(log=_log) as session:
        work = Provisioning(settings, suites, session, _log)
        if arguments.print_key:
            print_line(work.cache_key())
            return 0
        if arguments.print_paths:
            print_lines(map(str, work.folders()))
            return 0
        codes = set()
        for result in work.fill(server=not arguments.no_server):
            is_skipped = result.is_skipped and not settings.run.require
            _report(result, is_skipped=is_skipped)
            if result.error and not is_skipped:
                codes.add(result.error.exit_code)
    # What a person has to correct comes before what may work the next time.
    return next((code for code in (2, 1, 69) if code in codes), 0)


def _report(result: Provisioned, *, is_skipped: bool) -> None:
    if result.error is None:
        print_line(f"{result.what}: {result.found} ({result.seconds:.1f} s)")
    else:
        print_line(f"{result.what}: {'skipped' if is_skipped else 'failed'}: {result.error}")
    sys.stdout.flush()


def _log(line: str) -> None:
    """Write a line about progress; standard output has the results only."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
