"""Writes the first settings of a site: a ``snipproof.toml``, or a table in a ``pyproject.toml`` with other tools."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING

from snipproof.init.server_tables import server_tables
from snipproof.init.suite_file import example_text
from snipproof.site.profile import FILTERED_TEXT_BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from snipproof.config import Settings
    from snipproof.init.discover import SiteLayout
    from snipproof.init.proposals import ProposedSuite


def settings_text(layout: SiteLayout, settings: Settings, suites: Sequence[ProposedSuite], baseline: str) -> str:
    """Return the settings as TOML.

    :param suites: the proposed Suites. Those that lack something are named, or described, in comments.
    """
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
    waiting = [suite for suite in suites if suite.missing and suite.is_written]
    if settings.suites or waiting:
        lines += ["", "# `pytest --snippets` proves the Sources of these Suites by running them."]
        lines += _suites(settings.suites, waiting)
        if settings.severity:
            lines += ["", "# Remove this when every Source that pages show is in a Suite."]
            lines.append(
                "severity = { " + ", ".join(f'{rule} = "{value}"' for rule, value in settings.severity.items()) + " }"
            )
    for suite in suites:
        lines += () if suite.is_written else _example(suite)
    lines += server_tables([suite for suite in suites if suite.is_written])
    return "\n".join(lines) + "\n"


def _suites(paths: Sequence[str], waiting: Sequence[ProposedSuite]) -> Iterator[str]:
    """Yield the list of Suites; those that wait for something stand in it as comments."""
    if len(paths) == 1 and not waiting:
        yield f"suites = {_list(tuple(paths))}"
        return
    yield "suites = ["
    yield from (f"  {_string(path)}," for path in paths)
    for suite in waiting:
        yield f"  # {suite.title}, after this: {suite.missing}"
        yield f"  # {_string(suite.path)},"
    yield "]"


def _example(suite: ProposedSuite) -> Iterator[str]:
    """Yield an example of a Suite whose Sources no lock file pins."""
    yield ""
    yield f"# To prove {suite.title} by running them,"
    yield f"# {suite.missing}."
    yield "# Then write this file, with the key `lock`, and name it here:"
    yield f"# suites = {_list((suite.path,))}"
    yield "#"
    yield f"# {suite.path}:"
    yield from (f"#   {line}" for line in example_text(suite).splitlines())


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
    text = re.sub(r"(?m)^((?:# )?)\[(?=\w)", r"\1[tool.snipproof.", text)
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
