"""Failures and errors of a report as workflow commands of GitHub, which shows them at the lines of the docs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.lint.formats.github_format import command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.report.overview import Overview

_MAX_MESSAGE = 4_000  # characters


def annotate(overview: Overview, prefix: str) -> Iterator[str]:
    """Yield a command for each error outside of the docs and for each Snippet that failed.

    :param prefix: what turns a path of the report into one of the repository, ``""`` or with a trailing slash.
    """
    for error in overview.run["errors"]:
        properties = {"title": f"{error['kind']} error, not a defect of the docs"}
        if error["path"]:
            properties = {"file": prefix + error["path"], "line": str(error["line"] or 1), **properties}
        yield command("error", properties, error["message"])
    for failure in overview.failures:
        snippet, found = failure.snippet, failure.snippet["error"]
        line = found["line"] if found else snippet["line"]
        parts = [found["reason"] if found else snippet["outcome"]]
        parts += [f"{each['path']}: {each['message']}" for c in failure.comparisons for each in c["differences"]]
        if failure.pages:
            parts.append(f"shown on {', '.join(failure.pages[:5])}")
        properties = {
            "file": prefix + snippet["source"],
            "line": str(line),
            "title": f"{snippet['outcome']}: {snippet['name']} ({snippet['flavour']})",
        }
        yield command("error", properties, "\n".join(parts)[:_MAX_MESSAGE])
