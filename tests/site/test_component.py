"""Extraction equals the site's component: ``docs/components/filterText.js`` is run by Node on the same texts."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from snipproof.model import Reference
from snipproof.site.component import render

ROOT = Path(__file__).parents[2]
COMPONENT = ROOT / "docs" / "components" / "filterText.js"
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
    """Return random texts with markers, tabs and odd line ends, and what a page asks of them."""
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
