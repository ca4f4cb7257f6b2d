"""A failure for want of an environment variable names it and the setting that passes it on."""

from __future__ import annotations

import pytest

from snipproof.model import Outcome
from snipproof.run.missing_variables import explain_missing_variables
from snipproof.run.verdict import Verdict
from snipproof.site.source import parse_source

_READS = [
    "key = os.environ['CAT_KEY']",
    'key = os.environ["CAT_KEY"]',
    "key = os.environ.get('CAT_KEY')",
    "key = os.getenv('CAT_KEY')",
    "const key = process.env.CAT_KEY",
    "const key = process.env.CAT_KEY!",
    "const key = process.env['CAT_KEY'] as string",
    'key := os.Getenv("CAT_KEY")',
    'key, ok := os.LookupEnv("CAT_KEY")',
    'String key = System.getenv("CAT_KEY");',
]
_READS_NOT = [
    "key = os.getenv('CAT_KEY', 'none')",
    "key = os.environ.get('CAT_KEY', '')",
    "const key = process.env.CAT_KEY ?? 'none'",
    "const key = process.env['CAT_KEY'] || 'none'",
    "os.environ['CAT_KEY'] = 'x'; key = os.environ['CAT_KEY']",
    "process.env.CAT_KEY = 'x'; process.env.CAT_KEY.length",
    'os.Setenv("CAT_KEY", "x"); os.Getenv("CAT_KEY")',
    "key = os.environ['PATH']",
    "print('CAT_KEY')",
]


def explained(line: str, reason: str, *, at: int = 2, outcome: Outcome = Outcome.FAILED) -> Verdict:
    """Return the Verdict on a Snippet that fails at line ``at``, whose hidden first line is ``line``."""
    source = parse_source("a.py", f"{line}\n# START a\nx\n# END a\n")
    verdict = Verdict(source.snippets[0], outcome, at, reason, details="trace")
    (found,) = explain_missing_variables(source, source.text, [verdict], ("PATH",))
    return found


@pytest.mark.parametrize("line", _READS)
def test_a_message_that_names_the_variable(line: str) -> None:
    found = explained(line, "KeyError: 'CAT_KEY'")
    note = "the environment variable CAT_KEY, which a.py:1 reads, is missing"
    assert found.reason == f"KeyError: 'CAT_KEY' ({note}: see `run.env`)"
    assert found.details == (
        f"trace\n\n{note}\n  hint: set CAT_KEY where pytest runs, and add 'CAT_KEY' to `run.env` in the settings, "
        "so that Sources can read it"
    )


def test_a_variable_that_the_suite_does_not_name() -> None:
    source = parse_source("a.py", f"{_READS[0]}\n# START a\nx\n# END a\n")
    verdict = Verdict(source.snippets[0], Outcome.FAILED, 2, "KeyError: 'CAT_KEY'", details="trace")
    (found,) = explain_missing_variables(source, source.text, [verdict], (), ["CAT_KEY"])
    assert found.reason.endswith("is missing: see `secrets`)")
    assert "add 'CAT_KEY' to `secrets` of the Suite" in found.details


@pytest.mark.parametrize("line", _READS)
def test_a_line_that_reads_the_variable(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the variable is set outside, but not passed on."""
    monkeypatch.setenv("CAT_KEY", "secret")
    found = explained(line, "TypeError: no value", at=1)
    assert "(the environment variable CAT_KEY, which a.py:1 reads, is missing: see `run.env`)" in found.reason
    assert found.details.endswith("\n  hint: add 'CAT_KEY' to `run.env` in the settings, so that Sources can read it")
    assert "secret" not in repr(found)


@pytest.mark.parametrize("line", _READS)
def test_another_failure_gets_a_hint_only(line: str) -> None:
    found = explained(line, "Error: 401")
    assert found.reason == "Error: 401"
    assert "the environment variable CAT_KEY, which a.py:1 reads, is missing" in found.details


@pytest.mark.parametrize("line", _READS_NOT)
def test_a_variable_that_is_optional_or_set_is_not_blamed(line: str) -> None:
    assert explained(line, "Error: CAT_KEY", at=1).details == "trace"


def test_only_failures_are_explained() -> None:
    for outcome in (Outcome.PASSED, Outcome.BLOCKED, Outcome.NOT_EXECUTED):
        assert explained(_READS[0], "x", outcome=outcome).details == "trace"
