"""``--explain``: the guide's own text of a rule, from wherever the package is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from snipproof.lint.engine import known_rules

if TYPE_CHECKING:
    from tests.support.lint import SmallSite


@pytest.mark.parametrize("rule", known_rules().values(), ids=lambda rule: str(rule.id))
def test_every_rule_is_explained(small_site: SmallSite, rule: object) -> None:
    """Its id, name and severity, what it finds, what the guide has on it, and how to turn it off."""
    known = known_rules()[getattr(rule, "id", "")]
    done = small_site.check("--explain", known.id)
    assert (done.code, done.err) == (0, "")
    first, summary, *rest = done.out.strip().split("\n\n")
    assert first == f"{known.id} {known.name} ({known.severity})"
    assert summary.casefold() == f"{known.summary}.".casefold()
    assert rest[0].startswith("Found when ")
    if known.id == "SP009":  # to be without that one is to be without a baseline
        assert '"off"' not in done.out
    else:
        assert f"`snipproof: ignore {known.id} because …`" in rest[-3]
        assert rest[-2].startswith("To change its severity")
        assert f'{known.id} = "off"' in rest[-1]


def test_the_text_is_that_of_the_guide(small_site: SmallSite) -> None:
    """The text of another rule is not printed."""
    out = small_site.check("--explain", "SP202").out
    assert "END-OF-FILE" in out
    assert "raw-loader" not in out
    assert small_site.check("--explain", "sp202").out == out
    assert small_site.check("--explain", "end-absent").out == out


@pytest.mark.parametrize(("wanted", "guess"), [("start-absnt", "did you mean SP201 (start-absent)?"), ("x", "")])
def test_an_unknown_rule_is_wrong_usage(small_site: SmallSite, wanted: str, guess: str) -> None:
    """Exit code 2, with the rule that was meant and all there are."""
    done = small_site.check("--explain", wanted)
    assert (done.code, done.out) == (2, "")
    assert f"unknown rule {wanted!r}" in done.err
    assert guess in done.err
    assert "known rules: SP001, " in done.err


def test_the_installed_package_has_the_guide(small_site: SmallSite) -> None:
    """From any folder, and by the package alone."""
    assert "END-OF-FILE" in small_site.command("--explain", "SP202").out
