"""Attributes after the name on a START line: valid values, and errors for others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from snipproof.errors import DocsError
from snipproof.site.attributes import KNOWN, OF_CODE
from snipproof.site.source import parse_source

SNIPPETS = "# START x\nprint(1)\n# END x\n# START y\nprint(2)\n# END y\n"


def attributes(written: str) -> dict[str, Any]:
    """Return the attributes that are ``written`` on a START line."""
    source = parse_source("a.py", f"{SNIPPETS}# START Expected x results {written}\n[1]\n")
    return next(dict(region.attributes) for region in source.regions if region.name.startswith("Expected"))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{of: x}", {"of": "x"}),
        ("{of: [x, y]}", {"of": ["x", "y"]}),
        ("{from: response}", {"from": "response"}),
        ("{from: requests, of: x}", {"from": "requests", "of": "x"}),
        ("{ignore: id}", {"ignore": "id"}),
        ("{ignore: [id, $.a.b]}", {"ignore": ["id", "$.a.b"]}),
        ("{unordered: true}", {"unordered": True}),
        ("{unordered: [tags]}", {"unordered": ["tags"]}),
        ("{select: \"$.data.Get['Photo']\"}", {"select": "$.data.Get['Photo']"}),
        ("{shape: true}", {"shape": True}),
        ("{shape: false}", {"shape": False}),
        ("{capture: [id, other-id]}", {"capture": ["id", "other-id"]}),
        ("{approx: {distance: 1, score: 0.5}}", {"approx": {"distance": 1, "score": 0.5}}),
        ('{of: "2024"}', {"of": "2024"}),
    ],
)
def test_attributes_keep_their_values(written: str, read: dict[str, Any]) -> None:
    """Apart from what YAML makes of them."""
    assert attributes(written) == read


@pytest.mark.parametrize("number", ["1e-4", "1E-4", "0.0001", "1.0e-4", "'0.0001'"])
def test_a_tolerance_is_a_number_however_it_is_written(number: str) -> None:
    """YAML 1.1 reads ``1e-4`` as a text."""
    assert Decimal(str(attributes(f"{{approx: {{distance: {number}}}}}")["approx"]["distance"])) == Decimal("0.0001")


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ("{of: [&a [x], *a]}", "not a YAML mapping", "without aliases"),
        ("{offf: x}", "unknown attribute 'offf'", "did you mean 'of'? known attributes: of, from, ignore, approx"),
        ("{ignored: x}", "unknown attribute 'ignored'", "did you mean 'ignore'?"),
        ("{1: x}", "unknown attribute '1'", "known attributes: of"),
        ("{of: x", "not a YAML mapping", "`{of: NAME}`"),
        ("{of: 2024-99-99}", "not a YAML mapping", ""),
        ("{" * 5000, "not a YAML mapping", ""),
        ("{of: 2024}", "'of' must be the name of a Snippet, or a list of such names, not 2024", "quote a name"),
        ("{of: []}", "'of' must be", ""),
        ("{of: ''}", "'of' must be", ""),
        ("{of: [x, 1]}", "'of' must be", ""),
        ("{of: }", "'of' must be", ""),
        ("{from: stderr}", "'from' must be one of stdout, response, requests, error, not 'stderr'", ""),
        ("{from: [stdout]}", "'from' must be", ""),
        ("{ignore: {a: b}}", "'ignore' must be the name of a member", ""),
        ("{ignore: [yes]}", "'ignore' must be", "quote a name"),
        ("{approx: 0.1}", "'approx' must be a mapping", "`{approx: {distance: 1e-4}}`"),
        ("{approx: {}}", "'approx' must be", ""),
        ("{approx: {d: -1e-4}}", "'approx' must be a mapping of names to non-negative numbers", ""),
        ("{approx: {d: true}}", "'approx' must be", ""),
        ("{approx: {d: .inf}}", "'approx' must be", ""),
        ("{approx: {d: NaN}}", "'approx' must be", ""),
        ("{approx: {d: some}}", "'approx' must be", ""),
        ("{approx: {1: 0.1}}", "'approx' must be", ""),
        ("{unordered: false}", "'unordered' must be true, the name of a list", ""),
        ("{unordered: 1}", "'unordered' must be", ""),
        ("{select: data.Get}", "'select' must be a JSONPath, which begins with `$`", "$.data"),
        ("{select: [$.a]}", "'select' must be", ""),
        ("{shape: 1}", "'shape' must be true or false", ""),
        ("{shape: maybe}", "'shape' must be", ""),
        ("{capture: <id>}", "'capture' must be a name", "`{capture: id}`"),
        ("{capture: [a b]}", "'capture' must be", ""),
    ],
)
def test_wrong_attributes_are_an_error_with_their_place(written: str, message: str, hint: str) -> None:
    """Invalid attributes are never ignored."""
    with pytest.raises(DocsError, match=r"^a\.py:2:3 SP001 ") as error:
        parse_source("a.py", f"\n  # START Expected x results {written}\n")
    assert message in error.value.message
    assert hint in error.value.hint


@pytest.mark.parametrize("key", sorted(set(KNOWN) - OF_CODE - {"of", "from"}))
def test_attributes_of_code_are_an_error(key: str) -> None:
    """They have no effect; with ``of`` or ``from`` the Region is an Expectation."""
    value = {"approx": "{a: 1}", "select": "$", "unordered": "true", "shape": "true"}.get(key, "a")
    with pytest.raises(DocsError, match=r"^a\.py:7:1 SP001 attribute .* has no effect: 'z' is not an Expectation"):
        parse_source("a.py", f"{SNIPPETS}# START z {{{key}: {value}}}\n[1]\n")
    for binding in ("of: x", "from: stdout"):
        source = parse_source("a.py", f"{SNIPPETS}# START z {{{binding}, {key}: {value}}}\n[1]\n")
        assert [snippet.name for snippet in source.snippets] == ["x", "y"]


@pytest.mark.parametrize("key", sorted(OF_CODE))
def test_attributes_of_code(key: str) -> None:
    """They belong to a Snippet, and have no effect on an Expectation."""
    source = parse_source("a.py", f"# START z {{{key}: a b}}\n1\n")
    assert [dict(snippet.region.attributes) for snippet in source.snippets] == [{key: "a b"}]
    with pytest.raises(DocsError, match=rf"^a\.py:7:1 SP001 attribute '{key}' has no effect: .* is an Expectation"):
        parse_source("a.py", f"{SNIPPETS}# START Expected x results {{{key}: a}}\n[1]\n")


def test_attributes_are_given_once() -> None:
    """Equal ones may be repeated; different ones on a later START line are an error."""
    again = "# START Expected x results {of: x}\n[1]\n# END Expected x results\n"
    assert len(parse_source("a.py", SNIPPETS + again + again).expectations) == 1
    with pytest.raises(DocsError, match=r"^a\.py:10:1 SP001 'Expected x results' has different attributes on line 7"):
        parse_source("a.py", SNIPPETS + again + again.replace("of: x", "of: y"))
