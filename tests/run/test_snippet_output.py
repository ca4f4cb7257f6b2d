"""The output of a Snippet, and what a Page shows as its output."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from snipproof.compare import ABSENT, Actual
from snipproof.config import load_settings
from snipproof.model import Origin, Outcome, Source
from snipproof.run.page_expectations import PageExpectations, read_page_expectations
from snipproof.run.probe import Probed
from snipproof.run.snippet_output import output_of
from snipproof.run.source_run import ProbeEvent, SourceRun, Termination
from snipproof.run.trace import trace
from snipproof.run.verdict import Verdict, judge
from snipproof.services.recorder.recording import Exchange
from snipproof.site.source import parse_source

SOURCE = parse_source("s.py", "# START a\nx\n# END a\nglue\n# START b\ny\n# END b\n")
RUN = SourceRun(
    Termination.EXITED,
    0,
    tuple(ProbeEvent(line, float(line)) for line in (1, 3, 5, 7)),
    ("", "printed", "", "more", ""),
)


def exchange(after: int, response: Any, *, search: bool = True, error: str = "", name: str = "Search") -> Exchange:
    return Exchange(after, name, {"query": response}, response, search, error)


def outputs(name: str, origin: str, *exchanges: Exchange) -> tuple[Any, str, str]:
    """Return data, text and error of one Snippet's output."""
    made = replace(RUN, exchanges=exchanges)
    region = next(region for region in SOURCE.regions if region.name == name)
    given = output_of(Origin(origin), trace(region, Probed(SOURCE.text), made), made)
    return given.data, given.text, given.error


def test_stdout_is_what_was_printed_between_the_markers() -> None:
    assert outputs("a", "stdout", exchange(1, 1)) == (ABSENT, "printed", "")


def test_the_response_is_the_last_search_response_of_the_snippet_itself() -> None:
    """Not that of hidden code around it, nor of another Snippet, nor of a request that is not a search."""
    around = [exchange(0, "before"), exchange(2, "between"), exchange(3, "the other"), exchange(4, "after")]
    own = [exchange(1, "first"), exchange(1, "last"), exchange(1, "meta", search=False, name="GET /v1/meta")]
    assert outputs("a", "response", *around[:1], *own, *around[1:]) == ("last", "", "")
    assert outputs("b", "response", *own, *around)[0] == "the other"


def test_a_missing_response_has_a_reason() -> None:
    hint = "; if the Snippet connects to another address, replace that by a binding in suite.yaml"
    reason = "the Snippet got no search response through the recorder, which saw "
    assert outputs("a", "response") == (ABSENT, "", f"{reason}no request of it{hint}")
    meta = exchange(1, {}, search=False, name="GET /v1/meta")
    assert outputs("a", "response", meta)[2] == f"{reason}GET /v1/meta{hint}"
    dropped = exchange(1, None, error="it is too large to be kept")
    assert outputs("a", "response", exchange(1, 1), dropped)[2] == (
        "the response to Search cannot be compared: it is too large to be kept"
    )


def test_requests_are_one_value_each_in_order() -> None:
    sent = outputs("a", "requests", exchange(1, 1, name="GET /v1/meta"), exchange(1, 2), exchange(3, 3))[0]
    assert isinstance(sent, Actual)
    assert sent.values == ({"GET /v1/meta": {"query": 1}}, {"Search": {"query": 2}})
    assert outputs("b", "requests")[2].startswith(
        "the recorder saw no request of it; if the Snippet connects to another"
    )


PAGE = """
import Py from '!!raw-loader!/s/a.py';
import Go from '!!raw-loader!/s/b.py';

<Tabs>
<TabItem value="py">

<FilteredTextBlock text={Py} startMarker="# START find" endMarker="# END find" language="py" />

</TabItem>
<TabItem value="go">

<FilteredTextBlock text={Go} startMarker="# START find" endMarker="# END find" language="py" />

</TabItem>
</Tabs>

<FilteredTextBlock
  text={Py}
  startMarker="# START Expected find results"
  endMarker="# END Expected find results"
  language="json"
/>
"""
HOLDER = """\
# START find
x
# END find
'''
# START Expected find results {of: find, from: response}
[1]
# END Expected find results
'''
"""
OTHER = "# START find\nx\n# END find\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A page with two tabs and one block, which the first tab's Source holds."""
    files = {
        "docs/page.mdx": PAGE,
        "s/a.py": HOLDER,
        "s/b.py": OTHER,
        "s/suite.yaml": 'flavour: x\nlanguage: python\nsources: ["*.py"]\n',
        "snipproof.toml": 'pages = ["docs"]\nsuites = ["s/suite.yaml"]\n',
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def verdict(root: Path, path: str, response: Any, pages: PageExpectations | None = None, printed: str = "") -> Verdict:
    source: Source = parse_source(path, (root / path).read_text(encoding="utf-8"))
    made = SourceRun(
        Termination.EXITED,
        0,
        (ProbeEvent(1, 0.0), ProbeEvent(3, 1.0)),
        ("", printed, ""),
        exchanges=(exchange(1, response),),
    )
    expectations = read_page_expectations(load_settings(root)) if pages is None else pages
    return judge(source, Probed(source.text), made, expectations)[0]


def test_a_block_after_tabs_is_compared_with_the_response_of_every_tab(site: Path) -> None:
    assert verdict(site, "s/a.py", [1]).outcome is Outcome.PASSED
    assert verdict(site, "s/b.py", [1]).outcome is Outcome.PASSED
    assert len(verdict(site, "s/b.py", [1]).expectations) == 1
    assert verdict(site, "s/b.py", [2], PageExpectations()).outcome is Outcome.PASSED, "only the page binds it"


def test_another_response_in_a_tab_is_red_there(site: Path) -> None:
    """At the tab's own Snippet; the block, the page and the tab are named, and so are all who speak of the block."""
    found = verdict(site, "s/b.py", [2])
    assert (found.outcome, found.line) == (Outcome.FAILED, 1)
    assert found.reason == "expected response differs: s/a.py:6 $[0]: expected 1, actual 2"
    assert "shown as its response on docs/page.mdx:18 (tab go)" in found.details
    assert "pytest --snippets-update s/a.py s/b.py" in found.details
    own = verdict(site, "s/a.py", [2])
    assert (own.outcome, own.line) == (Outcome.FAILED, 6)


def test_printed_output_is_distinguished_from_a_response(site: Path) -> None:
    """A page can declare that it shows what its Snippets print; the failure shows how."""
    path = site / "s/a.py"
    path.write_text(path.read_text(encoding="utf-8").replace(", from: response", ""), encoding="utf-8")
    assert "`{from: stdout}`" in verdict(site, "s/b.py", {"data": 1}, printed="[1]").details
    assert "`{from: stdout}`" not in verdict(site, "s/b.py", {"data": 1}, printed="[2]").details


def test_what_a_page_shows_as_json_has_to_be_json(site: Path) -> None:
    """It is not compared line by line, though it does not begin like data."""
    path = site / "s/a.py"
    path.write_text(path.read_text(encoding="utf-8").replace("[1]", "one"), encoding="utf-8")
    assert "the block is not the JSON it shows" in verdict(site, "s/a.py", "one").reason


def test_only_what_went_over_the_wire_needs_a_tap(site: Path) -> None:
    sources = {name: parse_source(name, (site / name).read_text(encoding="utf-8")) for name in ("s/a.py", "s/b.py")}
    pages = read_page_expectations(load_settings(site))
    assert pages.needs_recorder([sources["s/a.py"]])
    assert pages.needs_recorder([sources["s/b.py"]])
    assert not PageExpectations().needs_recorder([sources["s/b.py"]])


def test_a_site_without_pages_is_reported_but_not_an_error(site: Path) -> None:
    (site / "docs/page.mdx").unlink()
    pages = read_page_expectations(load_settings(site))
    assert not pages.claims
    assert "no page found" in pages.missing
