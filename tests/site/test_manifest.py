"""The manifest of small examples, one for each habit of real docs sites: it holds what readers see.

Sites write markers in many ways, and all of them work, because a marker is any text that a line contains. Each example
is read from a page and compared with the text below it and, where there is Node, with what the site's component gives.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from snipproof.config import Settings
from snipproof.model import Segment
from snipproof.site.docs_site import Site
from snipproof.site.manifest import manifest

COMPONENT = Path(__file__).parents[2] / "docs" / "src" / "components" / "filterText.js"


@dataclass(frozen=True)
class Idiom:
    """A Source, the attributes of a block, and the text that the component passes on; ``shown`` is what readers see."""

    source: str
    start: str | None
    end: str | None
    text: str
    language: str = "py"
    shows_start: bool = False
    shown: str | None = None
    file: str = "a.py"
    segments: list[list[int]] = field(default_factory=list)

    @property
    def tag(self) -> str:
        """The block as a page writes it."""
        given = {"startMarker": self.start, "endMarker": self.end, "language": self.language}
        attributes = [f"{name}='{value}'" for name, value in given.items() if value is not None]
        attributes += ['includeStartMarker="true"'] if self.shows_start else []
        return "\n  ".join(["<FilteredTextBlock", "text={Code}", *attributes]) + "\n/>\n"


IDIOMS = {
    # How start and end are written
    "the usual pair": Idiom(
        "# START Boat\nrow()\n# END Boat\n", "# START Boat", "# END Boat", "row()", segments=[[2, 2]]
    ),
    "a name alone opens": Idiom("# Boat\nrow()\n# END Boat\n", "# Boat", "# END Boat", "row()"),
    "a marker without a comment token": Idiom(
        "// START Boat\nrow();\n// END Boat\n", "START Boat", "END Boat", "row();", "ts"
    ),
    "the name first": Idiom("// Boat START\nrow();\n// Boat END\n", "// Boat START", "// Boat END", "row();", "ts"),
    "a banner": Idiom(
        "# ===== Boats at sea =====\nrow()\n# ===== Boats on land =====\npull()\n",
        "# ===== Boats at sea =====",
        "# ===== Boats on land =====",
        "row()",
    ),
    "a name of several words": Idiom(
        "# START row a boat\nrow()\n# END row a boat\n", "# START row a boat", "# END row a boat", "row()"
    ),
    "the first line of a script": Idiom("#!/bin/sh\nrow\n# END\n", "#!/bin/sh", "# END", "row", "bash", file="a.sh"),
    "code as marker": Idiom(
        "boat = Boat()\nwhole = boat.row(\n  2\n)\nwater = 1\n",
        "boat.row(",
        "water =",
        "whole = boat.row(\n  2\n)",
        shows_start=True,
    ),
    "to the end of the file": Idiom(
        "# START Boat\nrow()\n\nend()\n", "# START Boat", "# END-OF-FILE", "row()\n\nend()\n", shown="row()\n\nend()"
    ),
    "start and end of two names": Idiom("# START Boat\nrow()\n# END Ship\n", "# START Boat", "# END Ship", "row()"),
    "a marker within a string": Idiom(
        'text = """\n# START Boat\nrow\n# END Boat\n"""\n', "# START Boat", "# END Boat", "row", "text"
    ),
    "slashes in Python": Idiom(
        '"""\n// START Boat\n{"a": 1}\n// END Boat\n"""\n', "// START Boat", "// END Boat", '{"a": 1}', "json"
    ),
    "attributes behind the name": Idiom("# START out {of: Boat}\n1\n# END out\n", "# START out", "# END out", "1"),
    # Several markers on one line
    "two names on one line": Idiom(
        "# START Boat # START Ship\nrow()\n# END Ship # END Boat\n", "# START Ship", "# END Ship", "row()"
    ),
    "a start beside an end": Idiom(
        "# START Boat\nrow()\n# END Boat # START Ship\nsail()\n# END Ship\n", "# START Boat", "# END Boat", "row()"
    ),
    "a start wins over an end on its line": Idiom(
        "# START Boat\nrow()\n# END Boat # START Boat\nsail()\n# END Boat\n",
        "# START Boat",
        "# END Boat",
        "row()\nsail()",
    ),
    # Several Segments
    "three segments": Idiom(
        "# START Boat\none()\n# END Boat\nhidden()\n# START Boat\n  two()\n# END Boat\n"
        "# START Boat\nthree()\n# END Boat\n",
        "# START Boat",
        "# END Boat",
        "one()\n  two()\nthree()",
        segments=[[2, 2], [6, 6], [9, 9]],
    ),
    "lines for every block": Idiom(
        "# START-ANY\nimport boats\n# END-ANY\nhidden()\n# START Boat\nrow()\n# END Boat\n"
        "# START-ANY\nend()\n# END-ANY\n",
        "# START Boat",
        "# END Boat",
        "import boats\nrow()\nend()",
        segments=[[2, 2], [6, 6], [9, 9]],
    ),
    "ANY closes what a name opened": Idiom(
        "# START Boat\nrow()\n# END-ANY\nhidden()\n# END Boat\n", "# START Boat", "# END Boat", "row()"
    ),
    "ANY opens and a name closes": Idiom(
        "# START-ANY\nrow()\n# END Boat\nhidden()\n", "# START Boat", "# END Boat", "row()"
    ),
    "only ANY": Idiom("# START-ANY\nrow()\n# END-ANY\n", "# START Boat", "# END Boat", "row()"),
    "opened twice": Idiom(
        "# START Boat\nrow()\n# START Boat\nsail()\n# END Boat\n", "# START Boat", "# END Boat", "row()\nsail()"
    ),
    # Pairs that meet
    "an inner pair": Idiom(
        "# START Outer\na\n# START Inner\nb\n# END Inner\nc\n# END Outer\n",
        "# START Outer",
        "# END Outer",
        "a\n# START Inner\nb\n# END Inner\nc",
    ),
    "crossing pairs": Idiom(
        "# START One\na\n# START Two\nb\n# END One\nc\n# END Two\n", "# START Two", "# END Two", "b\n# END One\nc"
    ),
    # Matching by substring
    "only a longer line": Idiom(
        "# START Boat Python\nrow()\n# END Boat Python\n", "# START Boat", "# END Boat", "row()"
    ),
    "only a longer name": Idiom("# START BoatToSea\nrow()\n# END BoatToSea\n", "# START Boat", "# END Boat", "row()"),
    "a longer name leaks": Idiom(
        "# START Boat\nrow()\n# END Boat\n# START BoatResult\n3\n# END BoatResult\n",
        "# START Boat",
        "# END Boat",
        "row()\n3",
    ),
    "a token twice": Idiom(
        "// // START Boat\nrow();\n// // END Boat\n", "// START Boat", "// END Boat", "row();", "ts"
    ),
    "markers that differ in blanks match nothing": Idiom(
        "// START Boat\nrow();\n// END Boat\n", "//START  Boat", "// END Boat", "", "ts"
    ),
    "markers that are not given": Idiom(
        "# START-ANY\na\n# END-ANY\nx = undefined\nb\n", None, None, "a\nb\n", shown="a\nb", segments=[[2, 2], [5, 6]]
    ),
    "an empty marker is in every line": Idiom("a\nb", "", "# END", "a\nb", shows_start=True),
    # Indentation by display language
    "csharp loses 8 spaces": Idiom(
        "// START a\n        Row();\n    Half();\n          More();\n// END a\n",
        "// START a",
        "// END a",
        "Row();\n    Half();\n  More();",
        "csharp",
        file="a.cs",
    ),
    "csharpraw loses 4": Idiom(
        "// START a\n        Row();\n// END a\n", "// START a", "// END a", "    Row();", "csharpraw", file="a.cs"
    ),
    "java loses 4": Idiom(
        "// START a\n    row();\n  half();\n// END a\n", "// START a", "// END a", "row();\n  half();", "java"
    ),
    "javaraw loses nothing": Idiom(
        "// START a\n    row();\n// END a\n", "// START a", "// END a", "    row();", "javaraw"
    ),
    "pyindent loses 4": Idiom(
        "# START a\n    row()\n\trow()\n# END a\n", "# START a", "# END a", "row()\n\trow()", "pyindent"
    ),
    "py loses nothing": Idiom("# START a\n    row()\n# END a\n", "# START a", "# END a", "    row()"),
    "tsindent loses 2": Idiom("// START a\n   row()\n// END a\n", "// START a", "// END a", " row()", "tsindent"),
    "go loses one or two tabs": Idiom(
        "// START a\n\tone()\n\t\ttwo()\n\t\t\tthree(\t\t1)\n// END a\n",
        "// START a",
        "// END a",
        "one()\ntwo()\n  three(\t\t1)",
        "go",
    ),
    "gonew has spaces for tabs, less 2": Idiom(
        "// START a\n\tone()\n\t\ttwo()\n x\ty\n// END a\n", "// START a", "// END a", "one()\n  two()\n x  y", "gonew"
    ),
    "goraw has 4 spaces for a tab": Idiom(
        "// START a\n\tone()\tx\n// END a\n", "// START a", "// END a", "    one()    x", "goraw"
    ),
    "a start marker that is shown loses them too": Idiom(
        "    // START a\n    row();\n// END a\n",
        "// START a",
        "// END a",
        "// START a\nrow();",
        "java",
        shows_start=True,
    ),
    # Directives of the code block
    "highlights of Python": Idiom(
        "# START a\nx\n    # highlight-start\ny\n# highlight-end\n# END a\n",
        "# START a",
        "# END a",
        "x\n    # highlight-start\ny\n# highlight-end",
        shown="x\ny",
    ),
    "slashes are no comment of Python's": Idiom(
        "# START a\n// highlight-start\ny\n# END a\n",
        "# START a",
        "# END a",
        "// highlight-start\ny",
        shown="// highlight-start\ny",
    ),
    "highlights of TypeScript": Idiom(
        "// START a\n// highlight-next-line\ny\n/* highlight-start */\nz\n# highlight-end\n// END a\n",
        "// START a",
        "// END a",
        "// highlight-next-line\ny\n/* highlight-start */\nz\n# highlight-end",
        "tsindent",
        shown="y\nz\n# highlight-end",
    ),
    "highlights of other languages": Idiom(
        "// START a\n// highlight-start\n# highlight-end\n<!-- highlight-end -->\ny\n// END a\n",
        "// START a",
        "// END a",
        "// highlight-start\n# highlight-end\n<!-- highlight-end -->\ny",
        "goraw",
        shown="y",
    ),
    "a directive behind code is code": Idiom(
        "# START a\nx  # highlight-next-line\n# END a\n",
        "# START a",
        "# END a",
        "x  # highlight-next-line",
        shown="x  # highlight-next-line",
    ),
    # Line ends
    "CRLF stays": Idiom(
        "# START a\r\nx\r\n\r\ny\r\n# END a\r\n", "# START a", "# END a", "x\r\n\r\ny\r", shown="x\n\ny\r"
    ),
    "CR alone does not end a line": Idiom("# START a\rx\r# END a\n", "# START a", "# END a", ""),
    "other separators are no line ends": Idiom(
        "# START a\nx\u2028y\x0c\x85\n# END a", "# START a", "# END a", "x\u2028y\x0c\x85"
    ),
    "the last newline is not shown": Idiom("# START a\nx\n\n# END a\n", "# START a", "# END a", "x\n", shown="x"),
}


def blocks(root: Path, page: str, **files: str) -> list[dict[str, Any]]:
    """Return the manifest's entries for a site of one page and other ``files``."""
    for path, text in {"docs/page.mdx": page, **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode("utf-8"))
    entries: list[dict[str, Any]] = manifest(Site.load(Settings(root=root)))["references"]
    return entries


@pytest.mark.parametrize("idiom", IDIOMS.values(), ids=IDIOMS)
def test_what_a_block_shows(idiom: Idiom, tmp_path: Path) -> None:
    """From the page to the text: what the component passes on, what readers see, and the lines it comes from."""
    page = f'import Code from "!!raw-loader!/{idiom.file}";\n\n{idiom.tag}'
    (entry,) = blocks(tmp_path, page, **{idiom.file: idiom.source})
    shown = idiom.text if idiom.shown is None else idiom.shown
    assert (entry["text"], entry["shown"]) == (idiom.text, shown)
    assert (entry["start_marker"], entry["end_marker"]) == (idiom.start, idiom.end)
    if idiom.segments:
        assert [list(segment) for segment in entry["segments"]] == idiom.segments
    lines = idiom.source.split("\n")
    kept = [line for first, last in entry["segments"] for line in lines[first - 1 : last]]
    assert [line.split() for line in kept] == [line.split() for line in (idiom.text.split("\n") if kept else [])]


def test_the_component_shows_the_same(tmp_path: Path) -> None:
    """Every example above, given to the component itself."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node on the PATH: the component cannot be run")
    (tmp_path / "filterText.mjs").write_text(COMPONENT.read_text(encoding="utf-8"), encoding="utf-8")
    given = []
    for idiom in IDIOMS.values():
        options: dict[str, Any] = {"language": idiom.language, "includeStartMarker": idiom.shows_start}
        options |= {"startMarker": idiom.start} if idiom.start is not None else {}
        options |= {"endMarker": idiom.end} if idiom.end is not None else {}
        given.append([idiom.source, options])
    (tmp_path / "cases.json").write_text(json.dumps(given), encoding="utf-8")
    (tmp_path / "run.mjs").write_text(
        "import {readFileSync} from 'node:fs';"
        "import {filterText} from './filterText.mjs';"
        "const cases = JSON.parse(readFileSync('cases.json', 'utf8'));"
        "console.log(JSON.stringify(cases.map(([text, options]) => filterText(text, options))));",
        encoding="utf-8",
    )
    done = subprocess.run([node, "run.mjs"], cwd=tmp_path, capture_output=True, check=True)
    shown = dict(zip(IDIOMS, json.loads(done.stdout), strict=True))
    assert shown == {name: idiom.text for name, idiom in IDIOMS.items()}


BLOCK = '<FilteredTextBlock text={Code} startMarker="# START a" endMarker="# END a" language="py" />'
IMPORT = 'import Code from "!!raw-loader!/a.py";\n\n'
SOURCE = "# START a\nx\n# END a\n"


@pytest.mark.parametrize(
    "written",
    [
        'import Code from "!!raw-loader!/in/_a.py";',
        "import Code from '!!raw-loader!/in/_a.py';",
        "import Code from '!!raw-loader!/in/\\_a.py';",
        "import Code from '!!raw-loader!../in/_a.py'",
        "import Code from '!!raw-loader!../in/\\_a.py'",
        "import Code from '!!raw-loader!./../in/_a.py';  ",
        "import Code from '!!raw-loader!@site/in/_a.py';",
        "import Code from '!raw-loader!/in/_a.py';",
        "import Code from 'raw-loader!/in/_a.py';",
        "import Code from '!!raw-loader?esModule=false!/in/_a.py';",
        "import  Code  from  '!!raw-loader!/in/_a.py' ;",
        "import Code, { more } from '!!raw-loader!/in/_a.py';",
        "import Code\nfrom\n'!!raw-loader!/in/_a.py';",
        "import Code from '!!raw-loader!/in/_a.py';\r",
        "<Tabs>\n\nimport Code from '!!raw-loader!/in/_a.py';\n\n</Tabs>",
    ],
)
@pytest.mark.parametrize("place", ["before", "behind"])
def test_every_form_of_import(written: str, place: str, tmp_path: Path) -> None:
    """Rooted, relative, `@site`, with escapes and options, in either quote, anywhere on the page."""
    page = f"{written}\n\n{BLOCK}\n" if place == "before" else f"{BLOCK}\n\n{written}\n"
    (entry,) = blocks(tmp_path, page, **{"in/_a.py": SOURCE})
    assert (entry["source"], entry["text"]) == ("in/_a.py", "x")


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("<!--\n```\n-->\n{}\n<!-- ``` -->\n{}\n", [4, 6]),
        ("<!-- ```py\n{}\n``` -->\n{}\n", [4]),
        ("```html\n<!--\n```\n{}\n```html\n-->\n```\n{}\n", [4, 8]),
        ("```mdx\n{/* {}\n```\n{}\n", [4]),
        ("{/* <!-- */}\n{}\n{/* --> */}\n", [2]),
        ("```mdx-code-block\n{}\n```\n{}\n", [2, 4]),
        ("````mdx-code-block\n```py\n{}\n```\n{}\n````\n{}\n", [5, 7]),
        ("~~~\n```\n{}\n~~~\n{}\n", [5]),
        ("````\n```\n{}\n````\n{}\n", [5]),
        ("Text <!-- begins here, {}\nends --> {}\n", [2]),
        (
            "<Tabs>\n  <TabItem value='a'>\n    {}\n  </TabItem>\n<!--\n  <TabItem>\n{}\n</TabItem> -->\n</Tabs>\n{}\n",
            [3, 10],
        ),
        ("Inline `<!--` and `{/*` code.\n\n{}\n", [3]),
        ("1. List\n\n   ```py\n   {}\n   ```\n\n   {}\n", [7]),
        ("> ```\n> {}\n> ```\n\n{}\n", [5]),
        (":::tip Title\n{}\n:::\n\n## Heading {#id}\n\n{}\n", [2, 7]),
        ("||site.version|| {}\n", [1]),
        ("<details><summary>Output</summary>{}</details>\n", [1]),
    ],
)
def test_what_hides_a_block(page: str, lines: list[int], tmp_path: Path) -> None:
    """Fences in comments, comments in fences, fences the site takes away, and what only looks like either."""
    entries = blocks(tmp_path, page.replace("{}", BLOCK).replace("\n", "\r\n") + f"\n\n{IMPORT}", **{"a.py": SOURCE})
    assert [entry["line"] for entry in entries] == lines
    assert {entry["text"] for entry in entries} == {"x"}


def test_partials_of_partials(tmp_path: Path) -> None:
    """A block is live where a page shows its partial, through others too; imports are those of the partial itself."""
    files = {
        "docs/_outer.mdx": "import Inner from '/parts/_inner.mdx';\n\n<Inner />\n",
        "parts/_inner.mdx": IMPORT.replace("/a.py", "../a.py") + BLOCK,
        "docs/_lost.mdx": IMPORT + BLOCK,
        "a.py": SOURCE,
    }
    for path, text in {"docs/page.mdx": "import Outer from './_outer.mdx';\n\n<Outer />\n", **files}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    site = Site.load(Settings(root=tmp_path))
    assert {reference.page: site.is_live(reference) for reference in site.references} == {
        "parts/_inner.mdx": True,
        "docs/_lost.mdx": False,
    }


def test_segments_are_those_that_are_shown(tmp_path: Path) -> None:
    """The lines of START-ANY are part of every block, and so of its Segments."""
    blocks(tmp_path, IMPORT + BLOCK, **{"a.py": "# START-ANY\ni\n# END-ANY\n" + SOURCE})
    site = Site.load(Settings(root=tmp_path))
    block = site.rendered(site.references[0])
    assert block is not None
    assert tuple(block.segments) == (Segment(2, 2), Segment(5, 5))


def test_output_names_what_it_is_compared_with(tmp_path: Path) -> None:
    """A block of output has the Snippets that its Source binds, and those of all tabs above it; code has none."""
    source = "# START a\nx\n# END a\n# START Expected a results {from: response}\n# 1\n# END Expected a results\n"
    output = BLOCK.replace("START a", "START Expected a results").replace("END a", "END Expected a results")
    code, shown = blocks(tmp_path, f"{IMPORT}{BLOCK}\n\n{output}\n", **{"a.py": source})
    assert "compared_with" not in code
    assert shown["compared_with"] == [{"snippet": "a.py::a", "output": "response"}]


def test_output_below_tabs_is_compared_with_each_of_them(tmp_path: Path) -> None:
    """What a page claims counts where a Suite runs the code, unless the tab opts out."""
    opt_out = "{/* snipproof: not compared because it prints nothing */}"
    tabs = [BLOCK.replace("Code", "Py"), BLOCK.replace("Code", "Ts"), f"{opt_out}\n\n{BLOCK.replace('Code', 'Go')}"]
    items = "".join(f"<TabItem value='{number}'>\n\n{tab}\n\n</TabItem>\n" for number, tab in enumerate(tabs))
    imports = "".join(f"import {name} from '!!raw-loader!/{name}.py';\n" for name in ("Py", "Ts", "Go"))
    output = BLOCK.replace("START a", "START Expected a results").replace("END a", "END Expected a results")
    page = f"{imports}\n<Tabs>\n{items}</Tabs>\n\n{output.replace('Code', 'Py')}\n"
    expected = "# START Expected a results\n# 1\n# END Expected a results\n"
    suite = "flavour: f\nlanguage: python\nsources: ['*.py']\n"
    files = {"Py.py": SOURCE + expected, "Ts.py": SOURCE, "Go.py": SOURCE, "suite.yaml": suite, "docs/page.mdx": page}
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    site = Site.load(Settings(root=tmp_path, suites=("suite.yaml",)))
    compared = [entry["compared_with"] for entry in manifest(site)["references"] if "compared_with" in entry]
    assert compared == [
        [
            {"snippet": "Py.py::a", "output": "stdout"},
            {"snippet": "Py.py::a", "output": "response"},
            {"snippet": "Ts.py::a", "output": "response"},
        ]
    ]
