"""A short campaign: no mutation of this repository's own docs stays green without a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.campaign import KINDS, Campaign, Result, report
from tools.mutations import SOURCE_KINDS

from snipproof.services.startup import Services


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "kinds", "seed", "count"),
    [
        ("python", KINDS, 13, 14),
        pytest.param("typescript", tuple(SOURCE_KINDS), 2, 4, marks=pytest.mark.toolchain("node", "npm")),
    ],
)
def test_no_edit_stays_green_without_a_reason(
    services: Services, tmp_path: Path, language: str, kinds: tuple[str, ...], seed: int, count: int
) -> None:
    """Other seeds and languages are run by hand: see CONTRIBUTING.md."""
    address = services.weaviate
    grpc = f"{address.grpc_host}:{address.grpc_port}"
    server = ["--snippets-weaviate-url", address.url, "--snippets-weaviate-grpc", grpc]
    campaign = Campaign(tmp_path / "campaign", [language], server)
    trials = campaign.mutate(kinds, seed, count)
    campaign.judge(trials)
    text = report(campaign, trials, verbose=True)
    assert [trial for trial in trials if trial.result is Result.FALSE_GREEN] == [], text
    assert len({trial.result for trial in trials}) > 1, text
