"""``snipproof show``: blocks as readers see them, by every name that writers have for them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from tests.support.command_line import write_site

from snipproof.cli.main import main

SOURCE = """\
# START A
print(1)
# highlight-next-line
print(2)
# END A
hidden()
# START A
print(3)
# END A
# START Blank

# END Blank
    # START Tab
    print(4)
    # END Tab
# START Nobody
print(5)
# START Open
print(6)
"""
TAG = '<FilteredTextBlock text={C} startMarker="# START %s" endMarker="# %s" language="%s" />'
PAGE = f"""\
import C from '!!raw-loader!/snippets/a.py';
import Part from './_part.mdx';

# Photos

{TAG % ("A", "END A", "py")}

## In tabs

<Tabs>
<TabItem value="py" label="Python">
{TAG % ("Tab", "END Tab", "pyindent")}
</TabItem>
<TabItem value="v3">
{(TAG % ("Tab", "END Tab", "py")).replace(" language", chr(10) + "language")}
</TabItem>
</Tabs>

## Mistakes

{TAG % ("Blank", "END Blank", "py")} {TAG % ("STRAY", "END A", "py")}
{TAG % ("Open", "END Open", "text")}

<Part />
"""
SHOWN = """\
# Photos
docs/p.mdx:6:1 snippets/a.py::A, as py
  2 | print(1)
  4 | print(2)
  8 | print(3)
  note: it joins 2 Segments: lines 2-4, 8

## In tabs
docs/p.mdx:12:1 snippets/a.py::Tab, as pyindent, tab Python
  14 | print(4)

docs/p.mdx:15:1 snippets/a.py::Tab, as py, tab v3
  14 |     print(4)

## Mistakes
docs/p.mdx:22:1 snippets/a.py::Blank, as py
  11 |
  note: readers see nothing
docs/p.mdx:22:1 SP203 the block is empty: nothing but blanks after line 10 of snippets/a.py
  hint: put text between the markers, or remove the block from the page

docs/p.mdx:22:98 snippets/a.py, as py
  note: readers see nothing
docs/p.mdx:22:98 SP201 the start marker '# START STRAY' is not in snippets/a.py
  hint: did you mean '# START A'?

docs/p.mdx:23:1 snippets/a.py::Open, as text
  19 | print(6)
  note: it runs to the end of snippets/a.py
docs/p.mdx:23:1 SP202 no '# END Open' closes the block that line 18 of snippets/a.py opens: it runs to the end of the \
file

docs/_part.mdx:3:1 snippets/a.py::A
  2 | print(1)
  4 | print(2)
  8 | print(3)
  note: it joins 2 Segments: lines 2-4, 8
"""
PART = f"import C from '!!raw-loader!/snippets/a.py';\n\n{TAG % ('A', 'END A', '')}\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site with a block of every kind; it is the current folder."""
    files = {"snippets/a.py": SOURCE, "docs/p.mdx": PAGE, "docs/_part.mdx": PART, "docs/none.md": "# None\n"}
    settings = 'pages = ["docs"]\nsuites = ["snippets/suite.yaml"]\n[severity]\nSP305 = "off"\nSP402 = "off"\n'
    monkeypatch.chdir(write_site(tmp_path, {**files, "snipproof.toml": settings}))
    return tmp_path


@pytest.fixture
def show(root: Path, capsys: pytest.CaptureFixture[str]) -> Show:
    return Show(capsys)


class Show:
    """Runs the command."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *names: str, code: int = 0) -> str:
        """Return what the command prints for ``names``, an error included."""
        assert main(["show", *names]) == code
        out, err = self._capsys.readouterr()
        return out + err

    def places(self, *names: str, code: int = 0) -> list[str]:
        """Return the lines of the page with the blocks that are shown."""
        return re.findall(r"^docs/\S+?:(\d+:\d+) snippets", self(*names, code=code), re.MULTILINE)


def test_a_page_is_shown_as_readers_see_it(show: Show) -> None:
    """Its headings, each block with its tabs and its lines, what is wrong, and the blocks of its partials."""
    assert show("docs/p.mdx", code=1) == SHOWN


def test_every_name_of_a_block(show: Show, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of its tag, its place as ``check`` prints it, a marker in any form, and several names at once."""
    assert show.places("docs/p.mdx:6") == ["6:1"]
    assert show.places("docs/p.mdx:16") == ["15:1"]  # the tag goes on there
    assert show.places("docs/p.mdx:22", code=1) == ["22:1", "22:98"]
    assert show.places("docs/p.mdx:22:98", code=1) == ["22:98"]
    for marker in ("# START Tab", " START Tab", "Tab", "START Tab"):
        assert show.places(f"docs/p.mdx#{marker}") == ["12:1", "15:1"]
    assert show.places("docs/p.mdx#Tab", "docs/p.mdx:15", "docs/_part.mdx") == ["12:1", "15:1", "3:1"]
    assert show.places(str(root / "docs/p.mdx:6")) == ["6:1"]
    monkeypatch.chdir(root / "docs")
    assert main(["show", "--root", "..", "p.mdx:6"]) == 0


def test_a_region_is_shown_with_the_pages_that_show_it(show: Show) -> None:
    """As its first block shows it, or as it stands in its Source if no page shows it."""
    assert (
        show("snippets/a.py::Tab")
        == """\
snippets/a.py::Tab, line 13
  14 | print(4)
  shown by docs/p.mdx:12:1, as pyindent, tab Python
  shown by docs/p.mdx:15:1, as py, tab v3
"""
    )
    out = show("snippets/a.py")
    assert re.findall(r"^snippets/a.py::(\w+)", out, re.MULTILINE) == ["A", "Blank", "Tab", "Nobody", "Open"]
    assert (
        """
  19 | print(6)
  note: no page shows it
snippets/a.py:16:1 SP204 no page shows the Region 'Nobody' [warning]
"""
        in out
    )


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("docs/q.mdx", "docs/q.mdx: no page, Source or Region has this name", "did you mean 'docs/p.mdx'"),
        ("docs/q.mdx:12", "docs/q.mdx:12: no page", "did you mean 'docs/p.mdx'"),
        ("docs/p.mdx:9", "docs/p.mdx:9: there is no block", "the nearest: docs/p.mdx:6, docs/p.mdx:12"),
        ("docs/p.mdx:22:7", "docs/p.mdx:22:7: there is no block", "the nearest: docs/p.mdx:22"),
        ("docs/p.mdx:x", "docs/p.mdx:x: unexpected ':x'", "expected PAGE, PAGE:LINE"),
        ("docs/p.mdx#Blnk", "no block of docs/p.mdx has the start marker 'Blnk'", "did you mean 'docs/p.mdx#Blank'?"),
        ("docs/none.md", "docs/none.md shows no block", "blocks are <FilteredTextBlock …/>"),
        ("docs/none.md:1", "docs/none.md:1: there is no block", "there is none on this page"),
        ("snippets/a.py::Blnk", "no page, Source or Region", "did you mean 'snippets/a.py::Blank'"),
        ("snippet/a.py::Open", "no page, Source or Region", "did you mean 'snippets/a.py::Open'"),
        ("docs/broken.mdx", "docs/broken.mdx:1:1 SP001", ""),
    ],
)
def test_what_does_not_exist(show: Show, root: Path, name: str, message: str, hint: str) -> None:
    """The error names what comes nearest."""
    (root / "docs/broken.mdx").write_bytes(b"\xff")
    out = show(name, code=1)
    assert message in out
    assert hint in out


def test_colour(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, or as the environment requires: code in the colours of Pygments, if that is installed."""
    plain = show("docs/p.mdx:6")
    assert "\x1b" not in plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = show("docs/p.mdx:6")
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
    pytest.importorskip("pygments")
    number = "\x1b[2m  2 |\x1b[0m".replace("  ", "")
    assert f"{number} \x1b[" in coloured
    monkeypatch.setitem(sys.modules, "pygments", None)
    assert f"{number} print(1)" in show("docs/p.mdx:6")
    monkeypatch.setenv("NO_COLOR", "1")
    assert show("docs/p.mdx:6") == plain
