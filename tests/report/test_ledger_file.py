"""The file of known failures as it is written: sorted, read again as it was meant, with comments where they were."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.errors import SettingsError
from snipproof.model import Outcome
from snipproof.report.ledger_file import ledger_text, save_ledger
from snipproof.site.known_failures import Floor, KnownFailure, Ledger, read_ledger

NAME = "k.toml"
words = st.text(st.characters(exclude_categories=["Cs"]))
kinds = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
failures = st.one_of(
    st.builds(KnownFailure, st.none(), st.just(""), words.map(str.strip)),
    st.builds(KnownFailure, st.just(Outcome.FAILED), kinds, words.map(str.strip)),
    st.builds(
        KnownFailure, st.sampled_from([Outcome.BLOCKED, Outcome.NOT_EXECUTED]), st.just(""), words.map(str.strip)
    ),
)
floors = st.builds(Floor, st.integers(0, 10**6), st.integers(0, 10**6))
ids = st.builds("{}::{}".format, words, words)
ledgers = st.builds(
    Ledger, st.just(NAME), st.dictionaries(ids, failures, max_size=4), st.dictionaries(words, floors, max_size=3)
)


@given(ledgers)
def test_what_is_written_is_read_again(ledger: Ledger) -> None:
    text = ledger_text(ledger)
    assert read_ledger(text, NAME, is_updated=True) == ledger
    assert ledger_text(ledger, text) == text


@given(ledgers, ledgers)
def test_an_update_reads_as_the_new_ledger_whatever_was_there(before: Ledger, after: Ledger) -> None:
    assert read_ledger(ledger_text(after, ledger_text(before)), NAME, is_updated=True) == after


BEFORE = """\
# What we know.
# Write to #docs before you add one.

# The account ends in May.
[snippets."b.py::cloud"]
outcome = "failed"
kind = "KeyError"  # `WCD_KEY`
reason = '''
needs an account'''

# --- Search ---

# Equal scores.
[snippets.'a.py::rank']
reason = "the order changes"
unstable = true
[floor."s.yaml"]
snippets = 4
"""
AFTER = """\
# What we know.
# Write to #docs before you add one.

# --- Search ---

# Equal scores.
[snippets.'a.py::rank']
reason = "the order changes"
unstable = true

[snippets."b.py::add"]
outcome = "blocked"
reason = ""

# The account ends in May.
[snippets."b.py::cloud"]
outcome = "failed"
kind = "KeyError"  # `WCD_KEY`
reason = '''
needs an account'''

[floor."s.yaml"]
snippets = 5
expectations = 0
"""


def test_entries_that_stay_keep_their_text_and_comments() -> None:
    """All is sorted by id, and a changed entry keeps the comments above it; so are line ends of Windows."""
    old = read_ledger(BEFORE, NAME)
    added = {"b.py::add": KnownFailure(Outcome.BLOCKED, "", "")}
    new = Ledger(NAME, {**old.failures, **added}, {"s.yaml": Floor(5, 0)})
    assert ledger_text(new, BEFORE) == AFTER
    assert ledger_text(new, BEFORE.replace("\n", "\r\n")) == AFTER.replace("\n", "\r\n")
    changed = {"b.py::cloud": KnownFailure(Outcome.FAILED, "OSError", "")}
    start = BEFORE.partition("outcome")[0]
    assert ledger_text(Ledger(NAME, changed), BEFORE) == start + 'outcome = "failed"\nkind = "OSError"\nreason = ""\n'
    assert ledger_text(Ledger(NAME), BEFORE) == "# What we know.\n# Write to #docs before you add one.\n"


@pytest.mark.parametrize(
    "text",
    ['[snippets]\n"a::b" = {unstable = true, reason = "x"}\n', 'snippets."a::b" = {unstable = true, reason = "x"}\n'],
)
def test_another_form_is_refused_and_not_touched(text: str, tmp_path: Path) -> None:
    """A file whose comments could be lost stays as it is."""
    path = tmp_path / NAME
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"k\.toml: not written, since comments would be lost"):
        save_ledger(tmp_path, Ledger(NAME))
    assert path.read_text() == text


def test_a_file_is_written_below_the_root_only(tmp_path: Path) -> None:
    ledger = Ledger("in/k.toml", {"a::b": KnownFailure(None, "", "x")})
    save_ledger(tmp_path, ledger)
    assert read_ledger((tmp_path / "in/k.toml").read_text(), "in/k.toml") == ledger
    (tmp_path / "out").mkdir()
    (tmp_path / "root").mkdir()
    (tmp_path / "root/in").symlink_to(tmp_path / "out")
    with pytest.raises(SettingsError, match="a link leads to"):
        save_ledger(tmp_path / "root", ledger)
    with pytest.raises(SettingsError, match="not Unicode"):
        save_ledger(tmp_path, Ledger("k.toml", {"a\udc80::b": KnownFailure(None, "", "x")}))
