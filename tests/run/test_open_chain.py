"""A failure in a chain is named by the Sources behind it, as the possible cause of theirs."""

from __future__ import annotations

from snipproof.compare.expectation import check_expectation
from snipproof.model import Outcome, Source
from snipproof.run.open_chain import OpenChain
from snipproof.run.verdict import Verdict
from snipproof.site.source import parse_source

TEXT = """\
# START one
x = 1
# END one
# START two
x = 2
# END two
'''
# START Expected one results
1
# END Expected one results
'''
"""
A, B, C = (parse_source(f"{name}.py", TEXT) for name in "abc")


def verdict(source: Source, number: int, outcome: Outcome, reason: str = "", printed: str = "") -> Verdict:
    """Return a Verdict on one of the two Snippets; with ``printed``, its Expectation was compared."""
    expectation = source.expectations[0]
    results = (check_expectation(source, expectation, printed),) if printed else ()
    return Verdict(source.snippets[number], outcome, 2 + number, reason, expectations=results)


def passed(source: Source) -> list[Verdict]:
    return [verdict(source, number, Outcome.PASSED) for number in (0, 1)]


def test_failures_name_the_first_source_that_failed() -> None:
    """With the failure in it, whatever its other Snippets were; what passed is left alone."""
    chain = OpenChain(("a.py", "b.py", "c.py"), [])
    blocked = verdict(A, 0, Outcome.BLOCKED, "blocked: `two` failed before it")
    chain.add(A, [blocked, verdict(A, 1, Outcome.FAILED, "KeyError: 'x'")])
    assert chain.has_run(A)
    assert not chain.has_run(B)
    chain.add(B, [verdict(B, 0, Outcome.FAILED, "NameError: y")])
    found = chain.explain(C, [*passed(C), verdict(C, 0, Outcome.FAILED, "ValueError: z")])
    assert found[:2] == passed(C)
    assert found[2].reason == (
        "ValueError: z (the Source before it in the chain, a.py, failed: a.py:3:1 `two`: KeyError: 'x')"
    )
    assert found[2].spoiled


def test_what_only_differs_spoils_nothing() -> None:
    """The code before it ran: output may be updated in all Sources at once."""
    chain = OpenChain(("a.py", "b.py", "c.py"), [])
    chain.add(A, [verdict(A, 0, Outcome.FAILED, "expected output differs", printed="2")])
    (found,) = chain.explain(B, [verdict(B, 0, Outcome.FAILED, "expected output differs", printed="2")])
    assert "a.py, failed: a.py:2:1 `one`: expected output differs" in found.reason
    assert not found.spoiled
    chain.add(B, [verdict(B, 0, Outcome.NOT_EXECUTED, "not executed")])
    assert chain.explain(C, [verdict(C, 1, Outcome.FAILED, "x")])[0].spoiled


def test_nothing_is_added_behind_sources_that_passed() -> None:
    chain = OpenChain(("a.py", "b.py"), [])
    chain.add(A, [*passed(A), verdict(A, 0, Outcome.SKIPPED, "a reason"), verdict(A, 0, Outcome.UNREACHED, "another")])
    failed = [verdict(B, 0, Outcome.FAILED, "ValueError")]
    assert chain.explain(B, failed) == failed
