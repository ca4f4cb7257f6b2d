"""``snipproof check --explain RULE``: what a rule finds, why, what to do about it, and how to turn it off.

The text is the guide's own, so that only one must be kept up to date: the wheel has copies of the pages of
``docs/docs/guide``.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from snipproof.errors import SettingsError
from snipproof.lint.baseline import STALE
from snipproof.text import close_match

if TYPE_CHECKING:
    from collections.abc import Mapping

    from snipproof.lint.rules.base import Rule

GUIDE = "docs/docs/guide/rules.md"
_TURN_OFF = """\
To suppress one finding, write a comment on the line before it: `snipproof: ignore {id} because …`.

To change its severity everywhere, use the settings (`off`, `warning` or `error`; a table `per-path` does the same for
some files only, see docs/docs/guide/rules.md):

    [tool.snipproof.severity]
    {id} = "off"
"""


def find_rule(rules: Mapping[str, Rule], wanted: str) -> Rule:
    """Return the rule whose id or name is ``wanted``.

    :raises SettingsError: no rule has it.
    """
    names = {name.casefold(): rule for rule in rules.values() for name in (rule.id, rule.name)}
    if rule := names.get(wanted.casefold()):
        return rule
    close = close_match(wanted.casefold(), names)
    guess = f"did you mean {names[close].id} ({names[close].name})? " if close else ""
    raise SettingsError(f"unknown rule {wanted!r}", f"{guess}known rules: {', '.join(rules)}")


def explain(rule: Rule) -> str:
    """Return the explanation of ``rule`` as Markdown text."""
    parts = [f"{rule.id} {rule.name} ({rule.severity})", rule.summary[0].upper() + rule.summary[1:] + "."]
    parts += _passages(_guide(), rule.id)
    if rule is not STALE:  # the one rule whose severity is not a setting
        parts.append(_TURN_OFF.format(id=rule.id))
    return "\n\n".join(parts)


@cache
def _guide() -> str:
    shipped = Path(__file__).with_name("guide")
    folder = shipped if shipped.is_dir() else Path(__file__).parents[3] / "docs" / "docs" / "guide"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in ("rules.md", "check.md"))


def _passages(guide: str, rule: str) -> list[str]:
    """Return what the guide has on ``rule``: its row of the table, and the sections and items that name it."""
    named = rf"(?=[^\n]*\b{rule}\b)"
    section = re.compile(rf"^(#+) {named}[^\n]*\n(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)
    item = re.compile(r"^- \*\*([^*\n]*)\*\*:?[ ]*(.*(?:\n[ ]{2,}.*)*)", re.MULTILINE)
    row = re.compile(rf"^\| {rule} \|(?:[^|\n]*\|){{2}} (?P<text>.*) \|$", re.MULTILINE)
    found = [f"Found when {match['text']}." for match in row.finditer(guide)]
    found += [match[2].strip() for match in section.finditer(guide)]
    found += [re.sub(r"\n +", "\n", match[2]) for match in item.finditer(guide) if rule in match[1]]
    return [passage for passage in found if passage]
