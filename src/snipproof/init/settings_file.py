"""Writes the first settings of a site: a ``snipproof.toml``, or a table in a ``pyproject.toml`` with other tools."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

from snipproof.site.profile import FILTERED_TEXT_BLOCK

if TYPE_CHECKING:
    from pathlib import Path

    from snipproof.config import Settings
    from snipproof.init.discover import SiteLayout
    from snipproof.init.first_suite import FirstSuite


def settings_text(layout: SiteLayout, settings: Settings, example: FirstSuite | None, baseline: str) -> str:
    """Return the settings as TOML; ``example``, a Suite that does not exist yet, in comments."""
    lines = [f"pages = {_list(layout.pages)}"]
    if layout.site_root != ".":
        lines.append(f"site-root = {_string(layout.site_root)}")
    if layout.component != FILTERED_TEXT_BLOCK.component:
        lines.append(f"component = {_string(layout.component)}")
    if baseline:
        lines += [
            "",
            "# The findings of the day this file was written. Only new ones fail.",
            f"baseline = {_string(baseline)}",
        ]
    suites = settings.suites
    if suites:
        lines += ["", "# `pytest` proves the Sources of these Suites by running them.", f"suites = {_list(suites)}"]
        if settings.severity:
            lines += ["", "# Remove this when every Source that pages show is in a Suite."]
            lines.append(
                "severity = { " + ", ".join(f'{rule} = "{value}"' for rule, value in settings.severity.items()) + " }"
            )
    elif example is not None:
        lines += [
            "",
            "# To prove Sources by running them, pin what they need in a lock file, write a suite.yaml, name it here:",
            f"# suites = {_list((example.path,))}",
            "#",
            f"# {example.path}:",
            *(f"#   {line}" for line in example.text.splitlines()),
        ]
    return "\n".join(lines) + "\n"


def write_settings(root: Path, text: str) -> str:
    """Write ``text`` where this site keeps such settings, and return the name of that file. Its contents are kept.

    :raises OSError: the file cannot be written, or a ``snipproof.toml`` exists.
    """
    project = root / "pyproject.toml"
    # One outside of the root is shared with others.
    before = _tools(project) if project.resolve().is_relative_to(root.resolve()) else None
    if before is None:
        with (root / "snipproof.toml").open("x", encoding="utf-8", newline="") as file:
            file.write(text)
        return "snipproof.toml"
    end = "\r\n" if "\r\n" in before else "\n"
    gap = "" if before.endswith("\n") else end
    with project.open("a", encoding="utf-8", newline="") as file:
        file.write(gap + end + ("[tool.snipproof]\n" + text).replace("\n", end))
    return "pyproject.toml"


def _tools(project: Path) -> str | None:
    """Return the text of a ``pyproject.toml`` with tables of tools, to which one more can be added, else ``None``."""
    try:
        text = project.read_bytes().decode("utf-8")
        has_tools = isinstance(tomllib.loads(text).get("tool"), dict)
    except (OSError, ValueError, RecursionError):
        return None
    # A table that is written inline, as `tool = {…}`, cannot be added to.
    return text if has_tools and "[tool." in text else None


def _list(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(_string, values)) + "]"


def _string(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # a basic string of TOML is written like one of JSON
