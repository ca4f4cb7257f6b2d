"""What is shown equals what the site's component shows: by Node, which runs it, and by an oracle in Python."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from snipproof.model import Reference, Segment
from snipproof.site.component import render, select
from snipproof.text import Lines

ROOT = Path(__file__).parents[2]
COMPONENT = ROOT / "docs" / "src" / "components" / "filterText.js"
LANGUAGES = (
    "py", "pyv3", "pyindent", "ts", "tsv2", "tsindent", "go", "gonew", "goraw", "java", "javaraw", "csharp",
    "csharpraw", "json", "text",
)  # fmt: skip
PIECES = (
    "# START a", "// START a", "# END a", "START-ANY", "# END-ANY", "# START ab", "undefined", "        x", "    y",
    "  z", "\tone", "\t\ttwo", "\t\t\tthree\tmore", " \t mixed", "", "code", "code\r", "\u3000\u3042",
    "# START a # END a", "\x0b\u2028",
)  # fmt: skip


def cases(count: int) -> list[tuple[str, Reference]]:
    """Return random texts with markers, tabs and odd line ends, and a Reference for each."""
    rng = random.Random(20261124)
    made = []
    for _ in range(count):
        text = "\n".join(rng.choice(PIECES) for _ in range(rng.randint(0, 14)))
        start = rng.choice(["# START a", "START a", "# START ab", None])
        end = rng.choice(["# END a", "END a", "nowhere", None])
        shows = rng.random() < 0.3
        made.append((text, Reference("p", 1, 1, "T", "s", start, end, rng.choice(LANGUAGES), shows)))
    return made


def test_render_equals_the_component_to_the_byte(tmp_path: Path) -> None:
    """3,000 random texts, every display language: the same text and the same highlighter language."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node on the PATH: the component cannot be run")
    made = cases(3000)
    module = tmp_path / "filterText.mjs"
    module.write_text(COMPONENT.read_text(encoding="utf-8"), encoding="utf-8")
    given = [
        [
            text,
            {
                **({"startMarker": r.start_marker} if r.start_marker is not None else {}),
                **({"endMarker": r.end_marker} if r.end_marker is not None else {}),
                "language": r.language,
                "includeStartMarker": r.include_start_marker,
            },
        ]
        for text, r in made
    ]
    (tmp_path / "cases.json").write_text(json.dumps(given), encoding="utf-8")
    script = (
        "import {readFileSync} from 'node:fs';"
        "import {filterText, highlighterLanguage} from './filterText.mjs';"
        "const cases = JSON.parse(readFileSync('cases.json', 'utf8'));"
        "console.log(JSON.stringify(cases.map(([t, o]) => [filterText(t, o), highlighterLanguage(o.language)])));"
    )
    (tmp_path / "run.mjs").write_text(script, encoding="utf-8")
    done = subprocess.run([node, "run.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True, encoding="utf-8")
    for (text, reference), (shown, highlighter) in zip(made, json.loads(done.stdout), strict=True):
        rendered = render(text, reference)
        assert (rendered.text, rendered.highlighter) == (shown, highlighter), (text, reference)


def _reference(start: str | None, end: str | None, language: str, include: bool = False) -> Reference:
    return Reference("p.md", 1, 1, "Code", "a.py", start, end, language, include)


def _format(line: str, language: str) -> str:
    """Replace as the component's regular expressions do."""
    first_tabs = r"\A\t\t" if line.startswith("\t\t") else r"\A\t"
    steps = {
        "java": [(r"\A {4}", "", 1)],
        "csharpraw": [(r"\A {4}", "", 1)],
        "pyindent": [(r"\A {4}", "", 1)],
        "csharp": [(r"\A {8}", "", 1)],
        "tsindent": [(r"\A {2}", "", 1)],
        "go": [(first_tabs, "", 1), (r"\t", "  ", 1)],
        "gonew": [(r"\t", "  ", 0), (r"\A {2}", "", 1)],
        "goraw": [(r"\t", "    ", 0)],
    }
    for pattern, by, count in steps.get(language, []):
        line = re.sub(pattern, by, line, count=count)
    return line


def _oracle(text: str, start: str | None, end: str | None, language: str, include: bool) -> str:
    """Do what the component does, line by line and in the simplest way."""
    start = start if start is not None else "undefined"
    end = end if end is not None else "undefined"
    open_ = False
    out = []
    for line in text.split("\n"):
        if line.find(start) != -1 or line.find("START-ANY") != -1:
            open_ = True
            keep = include
        elif line.find(end) != -1 or line.find("END-ANY") != -1:
            open_ = keep = False
        else:
            keep = open_
        if not keep:
            continue
        out.append(_format(line, language))
    return "\n".join(out)


_PIECE = st.sampled_from(
    ["# START A", "# END A", "START-ANY", "END-ANY", "undefined", "\t", "  ", "    ", "x", "\n", "\r\n", "\f"]
)
_MARKER = st.sampled_from([None, "", "START A", "# START A", "END A", "A", "x", "START A\nx"])
_LANGUAGE = st.sampled_from(
    "java csharpraw pyindent csharp tsindent go gonew goraw py pyv3 tsv2 javaraw".split()  # noqa: SIM905 (readable)
)


@example("x\n# END A\n1\n# START A\n2", "START A", "END A", "py", False)
@example("# START A\n1\nEND-ANY\n2\n# END A", "START A", "END A", "py", False)
@example("START-ANY\n1\n# START A\n2\n# END A", "START A", "END A", "py", False)
@example("# START A\n# END A", "START A", "END A", "py", False)
@example("# START A\nx\n1\n# END A", "START A\nx", "END A", "py", False)
@example("# START A # END A\n1", "START A", "END A", "py", True)
@given(st.lists(_PIECE, max_size=60).map("".join), _MARKER, _MARKER, _LANGUAGE, st.booleans())
def test_render_equals_the_oracle(text: str, start: str | None, end: str | None, language: str, include: bool) -> None:
    """Whatever the text, the markers and the language: the same bytes."""
    assert render(text, _reference(start, end, language, include)).text == _oracle(text, start, end, language, include)


@pytest.mark.parametrize(
    ("language", "highlighter"),
    [
        ("tsv2", "ts"), ("tsindent", "ts"), ("gonew", "go"), ("goraw", "go"), ("javaraw", "java"),
        ("csharpraw", "csharp"), ("pyindent", "py"), ("pyv3", "pyv3"), ("py", "py"), ("go", "go"),
    ],
)  # fmt: skip
def test_display_languages_have_their_highlighter(language: str, highlighter: str) -> None:
    """The component maps seven names of its own; any other goes to the code block unchanged."""
    assert render("", _reference("a", "b", language)).highlighter == highlighter


def test_a_selection_has_the_lines_that_opened_it() -> None:
    """Lines opened by the marker itself, by START-ANY alone, and the line of a run that stays open."""
    lines = ["# START-ANY", "1", "# END-ANY", "# START A", "2", "# START A", "3"]
    selection = select(Lines("\n".join(lines)), "START A", "END A")
    assert (selection.kept, selection.named, selection.any) == ((2, 5, 7), (4, 6), (1,))
    assert (selection.opened_last, selection.closed) == (4, False)
    assert selection.segments == (Segment(2, 2), Segment(5, 5), Segment(7, 7))
