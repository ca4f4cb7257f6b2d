"""How rules are found, and that each one is documented and tested."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from snipproof.lint.rules import RULES, find_rules
from snipproof.lint.rules.base import Rule

_GUIDE = Path(__file__).parents[3] / "docs" / "docs" / "guide" / "rules.md"
_FAMILY = """
from snipproof.lint.rules.base import rule
from snipproof.model import Severity

@rule({id!r}, {name!r}, Severity.ERROR, "a toy")
def {function}(context):
    yield from ()
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty package that can be imported as ``toy_rules``."""
    folder = tmp_path / "toy_rules"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "toy_rules"]:
        monkeypatch.delitem(sys.modules, name)
    return folder


def test_a_module_of_a_family_is_all_a_rule_needs(package: Path) -> None:
    """Rules are found in modules named after their ids, and sorted by id; other modules hold none."""
    (package / "sp9xx_toys.py").write_text(
        _FAMILY.format(id="SP903", name="last", function="last")
        + _FAMILY.format(id="SP902", name="late", function="late")
    )
    (package / "sp8xx_toys.py").write_text(_FAMILY.format(id="SP901", name="early", function="early"))
    (package / "hints.py").write_text("1 / 0")
    rules = find_rules("toy_rules", [str(package)])
    assert [(rule_id, rule.name) for rule_id, rule in rules.items()] == [
        ("SP901", "early"),
        ("SP902", "late"),
        ("SP903", "last"),
    ]


@pytest.mark.parametrize(("rule_id", "name"), [("SP901", "other"), ("SP902", "early")])
def test_an_id_or_a_name_given_twice_is_an_error(package: Path, rule_id: str, name: str) -> None:
    (package / "sp8xx_toys.py").write_text(_FAMILY.format(id="SP901", name="early", function="early"))
    (package / "sp9xx_toys.py").write_text(_FAMILY.format(id=rule_id, name=name, function="other"))
    with pytest.raises(ValueError, match="the same id or name"):
        find_rules("toy_rules", [str(package)])


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: str(rule.id))
def test_an_id_leads_to_its_module(rule: Rule) -> None:
    """``SP203`` is in ``sp20x_…`` or ``sp2xx_…``, and every id and name has the usual form."""
    assert re.fullmatch(r"SP\d{3}", rule.id)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    module = rule.find.__module__.rpartition(".")[2]
    assert module.partition("_")[0] in (f"sp{rule.id[2]}xx", f"sp{rule.id[2:4]}x")


def test_every_rule_is_documented_with_its_default() -> None:
    """The table of the guide names exactly the rules there are."""
    rows = re.findall(r"^\| (SP\d+) \| ([\w-]+) \| (\w+) \| ", _GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    rows = [row for row in rows if row[0] in RULES]
    assert rows == [(rule.id, rule.name, str(rule.severity)) for rule in RULES.values()]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: str(rule.id))
def test_every_rule_is_explained(rule: Rule) -> None:
    """The guide explains more about it than the table does."""
    guide = _GUIDE.read_text(encoding="utf-8")
    entries = re.findall(r"^- \*\*(SP[^*]*)\*\* ", guide, re.MULTILINE)
    assert any(rule.id in entry.split(", ") for entry in entries)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: str(rule.id))
def test_every_rule_is_tested(rule: Rule) -> None:
    """A rule without a test would not be missed."""
    module = rule.find.__module__.rpartition(".")[2]
    assert re.search(rf"\b{rule.id}\b", (Path(__file__).parent / f"test_{module}.py").read_text(encoding="utf-8"))
