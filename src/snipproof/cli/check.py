"""``snipproof check``: the findings of all rules, from the result cache if nothing has changed."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from snipproof.cli.console import extra_required, interrupt_on, print_line, print_lines

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from snipproof.config import Settings
    from snipproof.lint.check_options import CheckOptions
    from snipproof.lint.result_cache import ResultCache

SUMMARY = "find errors in pages and Sources without running anything"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``check``."""
    from snipproof.lint.formats import FORMATS

    add = parser.add_argument
    add("--format", choices=FORMATS, default="text", help="output format (default: text)")
    add("--statistics", action="store_true", help="print a per-rule count instead of the findings")
    add("--explain", metavar="RULE", help="describe a rule and how to fix its findings; check nothing")
    add(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="report findings missing from FILE, and stale entries in it",
    )
    add("--no-baseline", action="store_true", help="ignore the configured baseline")
    add("--update-baseline", action="store_true", help="write the current findings to the baseline")
    add("--no-cache", action="store_true", help="read all files again, even if none has changed")
    add(
        "--cache-by-content",
        action="store_true",
        help="use the last result if all files have the same content, at any times: for a cache that CI restores",
    )
    add("--watch", action="store_true", help="check again after every change, until Ctrl-C")
    parser.epilog = "Exit codes: 0 clean, 1 findings, 2 wrong usage or settings, 69 infrastructure failure."


def run(arguments: argparse.Namespace) -> int:
    """Check the site, print the report and return the exit code: 1 if there are errors."""
    if arguments.explain:
        return _explain(arguments.explain)
    # Only what a cached result needs: loading the settings and the rules takes longer than printing one.
    from snipproof.lint.check_options import CheckOptions

    options = CheckOptions(
        format=arguments.format,
        statistics=arguments.statistics,
        baseline=arguments.baseline,
        no_baseline=arguments.no_baseline,
        update_baseline=arguments.update_baseline,
        watch=arguments.watch,
    )
    if options.watch:
        return _watch(arguments, options)
    # The cache is found before the settings are read, in the folder of the settings file.
    uncached = arguments.no_cache or options.update_baseline or arguments.config
    cache = None if uncached else _cache(arguments, options)
    cached = cache.load() if cache else None
    lines, code = cached or _check(arguments, options, cache)
    print_lines(lines)
    return code


def _cache(arguments: argparse.Namespace, options: CheckOptions) -> ResultCache:
    from snipproof.lint.result_cache import ResultCache

    settled = (options, sys.stdout.isatty())
    return ResultCache(arguments.root or Path(), settled, by_content=arguments.cache_by_content)


def _check(arguments: argparse.Namespace, options: CheckOptions, cache: ResultCache | None) -> tuple[list[str], int]:
    """Return the lines of the report and the exit code, and store them in ``cache``."""
    from snipproof.config import load_settings
    from snipproof.lint.engine import check
    from snipproof.site.docs_site import Site

    settings = load_settings(arguments.root, file=arguments.config)
    with _paused_garbage_collector():
        site = Site.load(settings)
        found, code = check(site, _with_colour(options))
        lines = list(found)
    if cache and settings.home == settings.root:
        baseline = options.baseline_file(settings)
        cache.save(site.dependencies, [baseline.absolute()] if baseline else [], lines, code)
    return lines, code


@contextlib.contextmanager
def _paused_garbage_collector() -> Iterator[None]:
    """Pause the collector of cycles: a check keeps all that it reads, and searching that takes 5 % of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _watch(arguments: argparse.Namespace, options: CheckOptions) -> int:
    import signal

    from snipproof.config import load_settings
    from snipproof.lint.recheck import watch_site

    try:
        import watchfiles  # noqa: F401 (before the first check, not behind it)
    except ModuleNotFoundError as error:
        raise extra_required("check --watch", error, "watch") from None
    interrupt_on(signal.SIGINT)

    def write(text: str) -> None:
        print_line(text)
        sys.stdout.flush()

    def load() -> Settings:
        return load_settings(arguments.root, file=arguments.config)

    return watch_site(load, _with_colour(options), write, clear=sys.stdout.isatty())


def _with_colour(options: CheckOptions) -> CheckOptions:
    from snipproof.lint.formats.text_format import wants_colour

    return options._replace(colour=wants_colour(os.environ, is_terminal=sys.stdout.isatty()))


def _explain(rule: str) -> int:
    from snipproof.lint.engine import known_rules
    from snipproof.lint.explain_rule import explain, find_rule

    print_line(explain(find_rule(known_rules(), rule)))
    return 0
