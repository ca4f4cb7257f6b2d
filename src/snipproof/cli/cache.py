"""``snipproof cache``: lists what is in the cache, and removes what was not used for long."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from snipproof.cli.console import extra_required, print_lines
from snipproof.errors import InfrastructureError, SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from snipproof.processes.cache_entries import CacheEntry

SUMMARY = "list what is in the cache, or bound it"
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)B?", re.IGNORECASE)
_FACTORS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_AGE = re.compile(r"(\d+(?:\.\d+)?)\s*([hdw])", re.IGNORECASE)
_SECONDS = {"h": 3600, "d": 86_400, "w": 7 * 86_400}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``cache``."""
    add = parser.add_argument
    add("action", nargs="?", choices=("list", "prune"), default="list", help="what to do (default: list)")
    add("--max-size", metavar="SIZE", help="prune: remove the least recently used until this is left, such as 5G")
    add("--max-age", metavar="AGE", help="prune: remove what was not used for this long, such as 30d, 12h or 4w")
    add("--dry-run", action="store_true", help="prune: print what would be removed, and remove nothing")
    parser.epilog = "Exit codes: 0 done, 2 wrong usage or settings, 69 something could not be removed."


def run(arguments: argparse.Namespace) -> int:
    """List or prune the cache and return 0.

    :raises SettingsError: wrong usage, or the extra ``weaviate`` is not installed.
    :raises InfrastructureError: something could not be removed.
    """
    from snipproof.config import load_settings

    prunes = arguments.action == "prune"
    bounds = arguments.max_size is not None or arguments.max_age is not None
    if not prunes and (bounds or arguments.dry_run):
        raise SettingsError("these options belong to `snipproof cache prune`", "write it in full")
    if prunes and not bounds:
        raise SettingsError("cache prune requires --max-size SIZE or --max-age AGE", "for example --max-size 5G")
    max_size = float("inf") if arguments.max_size is None else _parse_size(arguments.max_size)
    max_age = float("inf") if arguments.max_age is None else _parse_age(arguments.max_age)
    settings = load_settings(arguments.root, file=arguments.config)
    try:
        from snipproof.processes.cache_entries import cache_entries
        from snipproof.processes.cache_folder import cache_folder
    except ModuleNotFoundError as error:
        raise extra_required("cache", error) from None
    cache = cache_folder(settings)
    entries = cache_entries(cache)
    if prunes:
        print_lines(_prune(cache, entries, max_size, time.time() - max_age, dry_run=arguments.dry_run))
    else:
        print_lines(_list(cache, entries))
    return 0


def _list(cache: Path, entries: Sequence[CacheEntry]) -> Iterator[str]:
    from snipproof.processes.usage import is_used

    yield str(cache)
    for entry in reversed(entries):
        yield f"  {_line(entry)}{', in use' if is_used(entry.folder) else ''}"
    yield _sum(entries)


def _line(entry: CacheEntry) -> str:
    from snipproof.text import megabytes

    used = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.used))
    return f"{entry.name}: {megabytes(entry.size)}, used {used}"


def _sum(entries: Sequence[CacheEntry]) -> str:
    from snipproof.text import megabytes, plural

    return f"{plural(len(entries), 'entry', 'entries')}, {megabytes(sum(entry.size for entry in entries))}"


def _prune(
    cache: Path, entries: Sequence[CacheEntry], max_size: float, oldest: float, *, dry_run: bool
) -> Iterator[str]:
    from snipproof.processes.cache_entries import prune, remove_entry, would_remove

    removed = []
    try:
        remove = would_remove if dry_run else remove_entry
        for entry, is_gone in prune(entries, max_size=max_size, oldest=oldest, remove=remove):
            if is_gone:
                removed.append(entry)
                yield f"{'would remove' if dry_run else 'removed'} {_line(entry)}"
            else:
                yield f"kept {_line(entry)}: a running session uses it"
    except OSError as error:
        raise InfrastructureError(f"{cache}: {error.filename}: cannot be removed: {error.strerror or error}") from None
    left = [entry for entry in entries if entry not in removed]
    yield f"{'would remove' if dry_run else 'removed'} {_sum(removed)}; left: {_sum(left)}"


def _parse_size(text: str) -> float:
    """Return the bytes that ``5G``, ``500M`` or ``0`` mean."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise SettingsError(f"--max-size {text}: a size such as 5G or 500M expected")
    return float(found[1]) * _FACTORS[found[2].upper()]


def _parse_age(text: str) -> float:
    """Return the seconds that ``30d``, ``12h`` or ``4w`` mean."""
    found = _AGE.fullmatch(text.strip())
    if found is None:
        raise SettingsError(f"--max-age {text}: an age such as 30d, 12h or 4w expected")
    return float(found[1]) * _SECONDS[found[2].lower()]
