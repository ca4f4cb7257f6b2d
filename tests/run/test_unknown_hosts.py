"""Notes about hosts that no Service answers for."""

from __future__ import annotations

import pytest

from snipproof.model import Outcome, Snippet
from snipproof.run.unknown_hosts import explain_unknown_hosts
from snipproof.run.verdict import Verdict
from snipproof.site.source import parse_source

SNIPPET: Snippet = parse_source("s.py", "# START a\nx\n# END a\n").snippets[0]


def explained(outcome: Outcome, reason: str, *hosts: str, details: str = "") -> tuple[str, str]:
    """Return the reason and the first line of the details of an explained Verdict."""
    (verdict,) = explain_unknown_hosts([Verdict(SNIPPET, outcome, 1, reason, details=details)], hosts)
    return verdict.reason, verdict.details.split("\n")[0]


@pytest.mark.parametrize(
    ("reason", "details"),
    [
        ("gaierror: api.example.com", ""),
        ("lookup API.example.com on 127.0.0.1:53: no such host", ""),
        ("failed", "java.net.UnknownHostException: api.example.com"),
    ],
)
def test_a_failure_that_names_the_host_is_explained_by_it(reason: str, details: str) -> None:
    note = "it connects to api.example.com, for which no Service is configured"
    found = explained(Outcome.FAILED, reason, "other.example.com", "api.example.com", details=details)
    assert found == (f"{reason} ({note})", details or note)


@pytest.mark.parametrize("reason", ["failed", "failed at my-api.example.com", "failed at api.example.com-b"])
def test_any_other_failure_has_the_hosts_below_it(reason: str) -> None:
    note = "the Source looked up api.example.com, b.example.com, for which no Service is configured"
    assert explained(Outcome.FAILED, reason, "api.example.com", "pypi.org", "b.example.com") == (reason, note)


def test_a_port_of_a_server_that_the_suite_does_not_name_has_its_own_hint() -> None:
    for reason in ("refused: localhost:8580", "closed"):
        failed = Verdict(SNIPPET, Outcome.FAILED, 1, reason)
        (verdict,) = explain_unknown_hosts([failed], ["a.example.com", "localhost:8580"])
        assert "localhost:8580, for which no Service is configured" in verdict.details
        assert verdict.details.endswith("the Suite has to name it in `services`")


@pytest.mark.parametrize("hosts", [(), ("pypi.org",)])
def test_no_host_and_a_harmless_one_explain_nothing(hosts: tuple[str, ...]) -> None:
    assert explained(Outcome.FAILED, "failed", *hosts) == ("failed", "")


def test_what_did_not_fail_needs_no_explanation() -> None:
    for outcome in (Outcome.PASSED, Outcome.BLOCKED, Outcome.NOT_EXECUTED):
        assert explained(outcome, "api.example.com", "api.example.com") == ("api.example.com", "")


def test_downloads_without_a_file_explain_the_failure_that_names_them_or_the_only_one() -> None:
    """Else they stand below all failures."""
    address = "https://raw.example.com/a/b.json"
    note = f"it downloads {address}, for which the settings name no file"
    only = Verdict(SNIPPET, Outcome.FAILED, 1, "JSONDecodeError: Expecting value")
    (verdict,) = explain_unknown_hosts([only], (), [address])
    assert verdict.reason == f"JSONDecodeError: Expecting value ({note})"
    named = Verdict(SNIPPET, Outcome.FAILED, 1, "404 for url: /a/b.json")
    first, second = explain_unknown_hosts([only, named], ["x.example.com"], [address])
    assert first.reason == only.reason
    assert first.details.startswith(f"the Source downloads {address}, for which")
    assert second.reason == f"{named.reason} ({note})"
