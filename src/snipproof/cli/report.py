"""``snipproof report``: the page and the summary of a run report, and one report of several shards."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from snipproof.cli.console import print_line, print_lines
from snipproof.errors import InfrastructureError, SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from snipproof.report.entries import RunReport
    from snipproof.report.overview import Overview

SUMMARY = "show what a run report contains, or merge the reports of shards"
_MERGE = "merge"
_MAX_NAMED = 20  # Snippets that nobody ran


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``report``."""
    parser.usage = (
        "snipproof report FILE [--html OUT] [--markdown OUT] [--reasons] [--format text|github] [--against FILE]\n"
        "       snipproof report merge FILE... --output FILE"
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a report of pytest --snippets-report")
    parser.add_argument("--html", type=Path, metavar="OUT", help="write the report as one page")
    parser.add_argument(
        "--markdown", type=Path, metavar="OUT", help="append the summary to OUT, such as that of a CI job"
    )
    parser.add_argument(
        "--reasons", action="store_true", help="show why what is not proven is not, as a table, instead of the summary"
    )
    parser.add_argument("--against", type=Path, metavar="FILE", help="an earlier report, to show what changed")
    parser.add_argument("--format", choices=("text", "github"), default="text", help="what is printed (default: text)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where merge writes the report")
    parser.epilog = (
        "Exit codes: 0 done, 1 merged reports that do not cover all Snippets, contradict the ledger of known failures "
        "or are of different trees, "
        "2 wrong usage or not a report, 69 a file cannot be written."
    )


def run(arguments: argparse.Namespace) -> int:
    """Write what the options name, or else print a summary; return the exit code.

    :raises SettingsError: wrong usage, or a file is not a report of this version.
    :raises DocsError: a report is cut off, or of another tree.
    :raises InfrastructureError: a file cannot be written.
    """
    if arguments.files[0] == _MERGE:
        return _merge(arguments)
    if len(arguments.files) > 1:
        hint = f"to join several ones: snipproof report merge {' '.join(arguments.files)} --output FILE"
        raise SettingsError("report requires one report", hint)
    if arguments.output:
        raise SettingsError("--output belongs to report merge", "name the page with --html OUT")
    from snipproof.report.overview import Overview
    from snipproof.report.report_file import read_report

    report = read_report(Path(arguments.files[0]))
    overview = Overview(report, read_report(arguments.against) if arguments.against else None)
    if arguments.html:
        from snipproof.report.html_page import html_bytes

        _write(arguments.html, html_bytes(overview))
    if arguments.markdown:
        from snipproof.report.markdown_summary import markdown_summary
        from snipproof.report.reason_table import reasons_markdown

        _append(arguments.markdown, (reasons_markdown if arguments.reasons else markdown_summary)(overview))
    if arguments.format == "github":
        from snipproof.lint.check_result import workspace_prefix
        from snipproof.report.annotations import annotate

        print_lines(annotate(overview, workspace_prefix(arguments.root or Path())))
    elif not arguments.html and not arguments.markdown:
        from snipproof.lint.formats.text_format import printable
        from snipproof.report.reason_table import reasons_text

        print_lines(map(printable, (reasons_text if arguments.reasons else _text)(overview)))
    return 0


def _merge(arguments: argparse.Namespace) -> int:
    """Write one report of all parts; it fails if nobody ran some Snippet, or if coverage or ledger are not met."""
    from snipproof.report.line_coverage import coverage_of, is_below_floor, published
    from snipproof.report.merge_parts import merge_parts
    from snipproof.report.report_file import read_reports, write_report

    paths = arguments.files[1:]
    if arguments.output is None:
        raise SettingsError("report merge requires --output FILE", "name the file for the merged report")
    if any((arguments.html, arguments.markdown, arguments.reasons, arguments.against, arguments.format != "text")):
        hint = f"merge first, then: snipproof report {arguments.output} --html OUT"
        raise SettingsError("report merge has no other option than --output", hint)
    report = merge_parts(list(zip(paths, read_reports(map(Path, paths)), strict=True)))
    write_report(arguments.output, report)
    if code := _print_missing(report):
        return code
    if is_below_floor(report):
        floor = report["run"]["coverage_floor"]
        sys.stderr.write(f"snipproof: the coverage is below {floor:g} %: {coverage_of(published(report))}\n")
        return 1
    return _check_ledger(arguments, report)


def _check_ledger(arguments: argparse.Namespace, report: RunReport) -> int:
    """Check the ledger of known failures as a whole, which no shard can; return the exit code for it."""
    from snipproof.config import load_settings
    from snipproof.report.ledger import check_report
    from snipproof.site.known_failures import load_ledger

    ledger = load_ledger(load_settings(arguments.root, file=arguments.config))
    problems = list(check_report(ledger, report)) if ledger else []
    sys.stderr.writelines(f"snipproof: {problem}\n" for problem in problems)
    return 1 if problems else 0


def _print_missing(report: RunReport) -> int:
    """Report the Snippets that no part has run, and return the exit code for them."""
    from snipproof.report.entries import missing_of

    run = report["run"]
    if run["complete"]:
        return 0
    missing = missing_of(report)
    errors = {snippet["id"] for snippet in report["snippets"] if snippet["outcome"] == "error"}
    lines = [f"snipproof: {len(missing)} of {len(run['collected'])} Snippets were run in no part:"]
    lines += [f"  {name}{' (it could not be run)' if name in errors else ''}" for name in missing[:_MAX_NAMED]]
    lines += [f"  … and {len(missing) - _MAX_NAMED} more"] if len(missing) > _MAX_NAMED else []
    lines += [f"snipproof: {error['kind']} error: {error['message']}" for error in run["errors"]]
    sys.stderr.write("\n".join(lines) + "\n")
    outside = bool(missing) and set(missing) <= errors and not any(e["kind"] == "collection" for e in run["errors"])
    return InfrastructureError.exit_code if outside else 1


def _text(overview: Overview) -> Iterator[str]:
    run = overview.run
    yield overview.headline
    for title, counted in (
        ("blocks that readers see", {str(proof): count for proof, count in overview.proofs.items()}),
        ("Snippets", overview.outcomes),
        ("shown output", overview.comparisons),
    ):
        if counted:
            yield f"  {title}: " + ", ".join(f"{count:,} {name}" for name, count in counted.items())
    if overview.coverage.statements:
        yield f"  coverage: {overview.coverage}"
    for row in overview.versions:
        yield f"  {row.title}: " + ", ".join(f"{n:,} {name}" for name, n in row.outcomes.items())
    if not run["complete"]:
        yield f"  incomplete: {len(overview.missing)} of {len(run['collected'])} Snippets not run"
    yield from (f"{error['kind']} error: {error['message']}" for error in run["errors"])
    for failure in overview.failures:
        snippet, error = failure.snippet, failure.snippet["error"]
        if error:
            place = f"{snippet['source']}:{error['line']}:1"
            name = snippet["id"].partition("::")[2]
            yield f"{place} {snippet['outcome'].upper()} {name!r}: {error['reason']}"


def _write(path: Path, data: bytes) -> None:
    from snipproof.files import write_whole

    try:
        write_whole(path, data, durable=False)
    except OSError as error:
        raise InfrastructureError(f"cannot write {path}: {error.strerror or error}") from None


def _append(path: Path, text: str) -> None:
    """Append to a file, as the summary of a job in GitHub Actions requires (``$GITHUB_STEP_SUMMARY``)."""
    if str(path) == "-":
        print_line(text.rstrip("\n"))
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        raise InfrastructureError(f"cannot write {path}: {error.strerror or error}") from None
