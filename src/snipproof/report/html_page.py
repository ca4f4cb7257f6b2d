"""The page of a report: one HTML file that needs nothing else, neither a server nor a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snipproof.errors import SettingsError
from snipproof.report.matrix_report import snippet_rows
from snipproof.report.proof import Proof
from snipproof.text import plural

if TYPE_CHECKING:
    from snipproof.report.overview import Overview

_MAX_DETAILED = 200  # failures with their code and output; the others have a line each
_SYMBOLS = {Proof.PROVEN: "✓", Proof.PARTLY: "◐", Proof.FAILED: "✗", Proof.UNPROVEN: "–"}


def html_bytes(overview: Overview) -> bytes:
    """Return the page as UTF-8.

    :raises SettingsError: the extra ``report`` is not installed.
    """
    try:
        import jinja2
    except ModuleNotFoundError:
        hint = "install it: pip install 'snipproof[report]'"
        raise SettingsError("report --html requires the extra 'report': no module named 'jinja2'", hint) from None
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("snipproof.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(seconds=_seconds, plural=plural, percent=_percent)
    values: dict[str, Any] = {"o": overview, "run": overview.run, "symbols": _SYMBOLS, "max_detailed": _MAX_DETAILED}
    values["by_version"] = snippet_rows(overview.report)
    return environment.get_template("report.html.jinja").render(values).encode("utf-8", "backslashreplace")


def _seconds(value: float) -> str:
    """Return ``0.04 s``, ``3.2 s``, ``4 min 5 s``."""
    if value < 60:
        return f"{value:.2f} s" if value < 1 else f"{value:.1f} s"
    return f"{int(value // 60)} min {int(value % 60)} s"


def _percent(part: float, whole: float) -> str:
    """Return ``12.5``: the percentage that ``part`` is of ``whole``, for a width."""
    return f"{100 * part / whole:.2f}" if whole else "0"
