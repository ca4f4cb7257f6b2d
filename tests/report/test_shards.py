"""Shards cover all Sources, divide none, and take about the same time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.run_reports import make_report, make_snippet

from snipproof.errors import SettingsError
from snipproof.model import Suite
from snipproof.report.shards import Durations, Shard, durations_of, github_matrix, parse_shard, plan_shards

SUITES = [
    Suite("go/suite.yaml", "go", "go", tuple(f"go/{n}_test.go" for n in range(9))),
    Suite("py/suite.yaml", "python-v4", "python", tuple(f"py/{n}.py" for n in range(14))),
]
ALL = [path for suite in SUITES for path in suite.sources]


@given(st.integers(1, 30), st.dictionaries(st.sampled_from(ALL), st.floats(0, 100)), st.floats(0, 50))
def test_every_source_is_in_one_shard(count: int, seconds: dict[str, float], build: float) -> None:
    plans = plan_shards(SUITES, count, Durations(seconds, {"go/suite.yaml": build}))
    assert len(plans) == count
    assert sorted(path for plan in plans for path in plan.sources) == sorted(ALL)
    assert plans == plan_shards(SUITES, count, Durations(dict(reversed(seconds.items())), {"go/suite.yaml": build}))
    # No shard is done later than the mean by more than its longest Source and one build.
    known = seconds.values()
    longest = max([*known, 1.0]) + build
    assert max(plan.seconds for plan in plans) <= sum(plan.seconds for plan in plans) / count + longest + 0.2


@given(st.integers(1, 8), st.dictionaries(st.sampled_from(ALL), st.floats(0, 100)))
def test_a_chain_is_in_one_shard(count: int, seconds: dict[str, float]) -> None:
    chains = (("py/9.py", "py/1.py", "py/4.py"), ("py/2.py", "py/3.py"))
    plans = plan_shards([SUITES[0], SUITES[1]._replace(chains=chains)], count, Durations(seconds, {}))
    assert sorted(path for plan in plans for path in plan.sources) == sorted(ALL)
    for chain in chains:
        assert sorted(len(set(chain) & set(plan.sources)) for plan in plans) == [0] * (count - 1) + [len(chain)]


def test_each_shard_pays_once_for_building_a_suite() -> None:
    plans = plan_shards(SUITES[:1], 2, Durations({}, {"go/suite.yaml": 60.0}))
    assert sorted(plan.seconds for plan in plans) == [64.0, 65.0]


def test_durations_come_from_a_report() -> None:
    report = make_report([make_snippet("py/0.py::a")], left_out=["py/1.py::a"], durations={"py/0.py": 9.0})
    assert durations_of(report) == Durations({"py/0.py": 9.0}, {"py/suite.yaml": 0.5})
    assert durations_of(None) == Durations({}, {})


GITLAB = {"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "5"}


def test_a_shard_is_given_or_that_of_the_job() -> None:
    assert parse_shard("2/5", {}) == Shard(2, 5)
    assert str(parse_shard("auto", GITLAB)) == "2/5"


@pytest.mark.parametrize("text", ["0/5", "6/5", "1/0", "0/0"])
def test_a_number_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=f"--snippets-shard {text}: the number of a shard is from 1 to"):
        parse_shard(text, {})


@pytest.mark.parametrize("text", ["", "2", "2/", "a/b", "-1/5", "1/5/2", "２/５", "1/99999999999"])
def test_what_is_not_a_shard_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="not a shard"):
        parse_shard(text, {})


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "the environment variable CI_NODE_INDEX is not set"),
        ({"CI_NODE_INDEX": "1"}, "the environment variable CI_NODE_TOTAL is not set"),
        ({"CI_NODE_INDEX": "6", "CI_NODE_TOTAL": "5"}, r"auto \(6/5 in the environment\): the number of a shard is"),
        ({"CI_NODE_INDEX": "x", "CI_NODE_TOTAL": "5"}, r"auto \(x/5 in the environment\): not a shard"),
    ],
)
def test_auto_requires_both_variables(environ: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        parse_shard("auto", environ)


def test_the_matrix_of_github_has_a_job_for_each_shard_with_sources() -> None:
    matrix = github_matrix(plan_shards(SUITES[:1], 10, Durations({}, {})))
    assert [entry["shard"] for entry in matrix["include"]] == [f"{n}/10" for n in range(1, 10)]
    assert matrix["include"][0] == {"shard": "1/10", "flavours": "go", "sources": 1, "seconds": 1.0}
