"""The registry of rules and their documentation."""

import re
from pathlib import Path

import pytest

from snipproof.read.rules import RULES
from snipproof.read.rules.rule import Rule

_GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "rules.md"


def test_every_rule_is_documented_with_its_default() -> None:
    """The table of the guide names exactly the rules there are."""
    rows = re.findall(r"^\| (SP\d+) \| ([\w-]+) \| (\w+) \| ", _GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(rule.id, rule.name, str(rule.severity)) for rule in RULES.values()]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: str(rule.id))
def test_every_rule_is_tested(rule: Rule) -> None:
    """A rule without a test would not be missed."""
    tests = (Path(__file__).parents[1] / "test_cli.py").read_text(encoding="utf-8")
    assert f" {rule.id} " in tests
