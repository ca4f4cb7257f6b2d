"""Reads and writes the JSON file of a run report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from snipproof.errors import DocsError, InfrastructureError, SettingsError
from snipproof.files import write_whole
from snipproof.report.entries import FORMAT_VERSION
from snipproof.report.schema_check import find_violation
from snipproof.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from snipproof.report.entries import ReferenceEntry, RunReport

_BEGIN = b'{\n"format_version": '
_REFERENCES = b'\n"references": ['
_AGAIN = "write it again with pytest --snippets-report"


def report_bytes(report: RunReport) -> bytes:
    """Return a report as UTF-8 JSON, an entry a line, so that two reports can be compared line by line."""
    lines = ["{"]
    for key, value in report.items():
        end = "" if key == "references" else ","
        if isinstance(value, list):
            lines.append(f"{json.dumps(key)}: [")
            lines.append(",\n".join(_json(entry) for entry in value))
            lines.append(f"]{end}")
        else:
            lines.append(f"{json.dumps(key)}: {_json(value)}{end}")
    return printable("\n".join([*lines, "}", ""])).encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def write_report(path: Path, report: RunReport) -> None:
    """Write ``report`` to ``path`` in one step.

    :raises InfrastructureError: the file cannot be written.
    """
    try:
        write_whole(path, report_bytes(report))
    except OSError as error:
        raise InfrastructureError(f"{path}: the report cannot be written: {error.strerror or error}") from None


def is_report(path: Path) -> bool:
    """Return whether a run has written ``path``, or has begun to; an empty file may become a report."""
    with path.open("rb") as file:
        begin = file.read(len(_BEGIN))
    return not begin or begin == _BEGIN


def _is_cut_off(data: bytes, error: Exception) -> bool:
    """Return whether the text ends too early: a writer was killed, or a disk or an upload failed."""
    text = data.rstrip()
    at_end = isinstance(error, json.JSONDecodeError) and error.pos >= len(error.doc.rstrip())
    return text.startswith(b"{") and (at_end or not text.endswith(b"}"))


def read_report(path: Path) -> RunReport:
    """Return the report in ``path``.

    :raises SettingsError: the file cannot be read, or it is not a run report of this version.
    :raises DocsError: the report is cut off.
    """
    return next(read_reports([path]))


def read_reports(paths: Iterable[Path]) -> Iterator[RunReport]:
    """Yield the report in each of ``paths``, with the errors of :func:`read_report`.

    Most of a shard's report are the References, which are the same in all shards: equal text is parsed only once.
    """
    known: dict[bytes, list[ReferenceEntry]] = {}
    for path in paths:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise SettingsError(f"{path}: cannot be read: {error.strerror or error}", _AGAIN) from None
        head, mark, tail = data.rpartition(_REFERENCES)  # no string in JSON contains a line end
        if tail in known and (report := _parse_head(head)) is not None:
            _check(path, {**report, "references": []})
            yield cast("RunReport", {**report, "references": known[tail]})
            continue
        checked = _check(path, _parse(path, data))
        if mark:
            known[tail] = checked["references"]
        yield checked


def _parse_head(head: bytes) -> dict[str, Any] | None:
    """Return what precedes the References, ``None`` if they do not come last."""
    try:
        report = json.loads(head.rstrip().removesuffix(b",") + b"}")
    except (ValueError, RecursionError):
        return None
    return report if isinstance(report, dict) else None


def _parse(path: Path, data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        if _is_cut_off(data, error):
            raise DocsError(f"{path}: the report is cut off after {len(data):,} bytes", _AGAIN) from None
        raise SettingsError(f"{path}: not a run report: {error}", _AGAIN) from None


def _check(path: Path, report: Any) -> RunReport:
    version = report.get("format_version") if isinstance(report, dict) else None
    if version is None or "snippets" not in report:
        raise SettingsError(f"{path}: not a run report", _AGAIN)
    if version != FORMAT_VERSION:
        raise SettingsError(
            f"{path}: the report has format version {version!r}, and this snipproof reads {FORMAT_VERSION}",
            "use the same version of snipproof for the run and for its report",
        )
    if problem := find_violation(report):
        raise SettingsError(f"{path}: not a valid run report: {problem.lstrip('.')}", _AGAIN)
    return cast("RunReport", report)
