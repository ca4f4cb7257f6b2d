"""The registry of rules and their documentation."""

import re
from pathlib import Path

import pytest

from snipproof.lint.rules import RULES
from snipproof.lint.rules.rule import Rule

_GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "rules.md"


def test_every_rule_is_documented_with_its_default() -> None:
    """The table of the guide names exactly the rules there are."""
    rows = re.findall(r"^\| (SP\d+) \| ([\w-]+) \| (\w+) \| ", _GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    rows = [row for row in rows if row[0] in RULES]
    assert rows == [(rule.id, rule.name, str(rule.severity)) for rule in RULES.values()]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: str(rule.id))
def test_every_rule_is_explained(rule: Rule) -> None:
    """The guide says more of it than the table does."""
    guide = _GUIDE.read_text(encoding="utf-8")
    entries = re.findall(r"^- \*\*(SP[^*]*)\*\* ", guide, re.MULTILINE)
    assert any(rule.id in entry.split(", ") for entry in entries)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: str(rule.id))
def test_every_rule_is_tested(rule: Rule) -> None:
    """A rule without a test would not be missed."""
    here = Path(__file__).parent
    files = [*(here / "rules").glob("test_*.py"), here.parent / "cli" / "test_main.py"]
    assert any(re.search(rf"\b{rule.id}\b", file.read_text(encoding="utf-8")) for file in files)
