"""The ledger of known failures as text: what it means, every possible error with its place, and entries of nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from snipproof.config import Settings
from snipproof.errors import SettingsError
from snipproof.model import Outcome, Suite
from snipproof.site.known_failures import Floor, KnownFailure, Ledger, find_vanished, load_ledger, read_ledger

TEXT = """\
# Why we know them.
[snippets."s/a.py::cloud"]
outcome = "failed"
kind = "KeyError"
reason = " needs an account "

[snippets."s/a.py::later"]
outcome = "blocked"
reason = "needs `cloud`"

[snippets."s/a.py::rank"]
unstable = true
reason = "equal scores"

[floor."s/suite.yaml"]
snippets = 4
"""
SUITE = Suite("s/suite.yaml", "py", "python", ("s/a.py", "s/broken.py"))


def test_a_ledger_is_read_whole() -> None:
    """Every key arrives, and every table has its place."""
    ledger = read_ledger(TEXT, "known.toml")
    assert ledger.failures == {
        "s/a.py::cloud": KnownFailure(Outcome.FAILED, "KeyError", "needs an account"),
        "s/a.py::later": KnownFailure(Outcome.BLOCKED, "", "needs `cloud`"),
        "s/a.py::rank": KnownFailure(None, "", "equal scores"),
    }
    assert ledger.floors == {"s/suite.yaml": Floor(4, 0)}
    assert ledger.place("snippets", "s/a.py::later") == "known.toml:7:11"
    assert ledger.place("snippets", "s/a.py::later", "outcome") == "known.toml:8:1"
    assert ledger.place("snippets", "unknown") == "known.toml:2:2"
    assert read_ledger("", "known.toml") == Ledger("known.toml")


ENTRY = '[snippets."a.py::b"]\n'


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("[", "1:1", "not valid TOML", ""),
        (ENTRY + ENTRY, "2:20", "not valid TOML", ""),
        ("snippet = 1", "1:1", "unknown key 'snippet'", "did you mean 'snippets'?"),
        ("snippets = 1", "1:1", "'snippets' must be a table, not 1", ""),
        ('[snippets]\n"a.py::b" = 1', "2:1", "'a.py::b' must be a table", ""),
        ('[snippets."a.py"]', "1:11", "'a.py' is not the id of a Snippet", "path::name"),
        (ENTRY + 'reasn = "x"', "2:1", "unknown key 'reasn'", "did you mean 'reason'?"),
        (ENTRY + 'outcome = "failed"\nkind = "E"', "1:11", "no reason for a.py::b", "why it fails"),
        (ENTRY + 'reason = " "\noutcome = "failed"', "2:1", "no reason for a.py::b", "why it fails"),
        (ENTRY + "reason = 1", "2:1", "'reason' must be a string, not 1", ""),
        (ENTRY + 'reason = "x"', "1:11", "no 'outcome' for a.py::b", "known: failed, blocked, not executed"),
        (ENTRY + 'reason = "x"\noutcome = "fail"', "3:1", "'outcome' cannot be 'fail'", "did you mean 'failed'?"),
        (ENTRY + 'reason = "x"\noutcome = "passed"', "3:1", "'outcome' cannot be 'passed'", "known: failed"),
        (ENTRY + 'reason = "x"\noutcome = "failed"', "1:11", "no kind of failure for a.py::b", "KeyError"),
        (ENTRY + 'reason = "x"\noutcome = "blocked"\nkind = "E"', "4:1", "that is blocked has no 'kind'", "remove"),
        (ENTRY + 'reason = "x"\nunstable = true\nkind = "E"', "4:1", "an unstable Snippet has no 'kind'", "remove"),
        (ENTRY + 'reason = "x"\nunstable = 1', "3:1", "'unstable' must be true or false", ""),
        ('[floor."s.yaml"]\nsnippet = 1', "2:1", "unknown key 'snippet'", "did you mean 'snippets'?"),
        ('[floor]\n"s.yaml" = {snippets = true}', "2:13", "'snippets' must be a whole number, not True", ""),
        ('[floor."s.yaml"]\nexpectations = -1', "2:1", "'expectations' must be 0 or more, not -1", ""),
    ],
)
def test_every_error_has_its_place(text: str, place: str, message: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_ledger(text, "known.toml")
    assert caught.value.message.startswith(f"known.toml:{place} ")
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_run_that_writes_the_file_needs_neither_it_nor_reasons(tmp_path: Path) -> None:
    assert load_ledger(Settings(root=tmp_path)) is None
    settings = Settings(root=tmp_path, known_failures="known.toml")
    with pytest.raises(SettingsError, match=r"known\.toml not found") as caught:
        load_ledger(settings)
    assert "--snippets-update-ledger" in caught.value.hint
    assert load_ledger(settings, is_updated=True) == Ledger("known.toml")
    (tmp_path / "known.toml").write_text(ENTRY + 'outcome = "failed"\nkind = "E"\nreason = ""\n')
    with pytest.raises(SettingsError, match=r"no reason for a\.py::b"):
        load_ledger(settings)
    ledger = load_ledger(settings, is_updated=True)
    assert ledger
    assert ledger.failures == {"a.py::b": KnownFailure(Outcome.FAILED, "E", "")}


def test_an_entry_of_nothing_is_found() -> None:
    """A Snippet, a Source or a Suite that does not exist is a Finding; an unreadable Source may have any Snippet."""
    entry = KnownFailure(None, "", "why")
    names = {"s/a.py": ["cloud"], "s/broken.py": None}
    listed = ("s/a.py::cloud", "s/broken.py::x", "s/a.py::clod", "s/b.py::cloud", "far/away.go::gone")
    ledger = Ledger("k.toml", dict.fromkeys(listed, entry), {"s/suite.yaml": Floor(1, 0), "t/suite.yaml": Floor(1, 0)})
    found = [(str(each), each.hint) for each in find_vanished(ledger, [SUITE], names.__getitem__)]
    assert found == [
        ("k.toml:1:1 SP404 s/a.py::clod does not exist", "did you mean 'cloud'?"),
        ("k.toml:1:1 SP404 s/b.py::cloud: s/b.py is a Source of no Suite", "did you mean 's/a.py'?"),
        (
            "k.toml:1:1 SP404 far/away.go::gone: far/away.go is a Source of no Suite",
            "remove the entry, or run `pytest --snippets-update-ledger`",
        ),
        ("k.toml:1:1 SP404 t/suite.yaml is not a Suite", "did you mean 's/suite.yaml'?"),
    ]
