"""Snippets by the names that writers give them, in markers of any form."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.project import Project

pytestmark = pytest.mark.slow

_NAMES = ["tea.green", "tea::mint", "tea::mint[1] hot", "cups[int] of tea", "a.b::c.d"]


def test_names_are_shown_and_selected_as_they_are(project: Project) -> None:
    """In the terminal and in JUnit; by the id that is shown, by ``-k`` and by ``--lf``, and on a worker."""
    source = "".join(
        f"# START {name}\n{'x = 1 / 0' if n == 1 else 'print(x)' if n else 'y = 0'}\n# END {name}\n"
        for n, name in enumerate(_NAMES)
    )
    result = project.prove("-v", "--junitxml=junit.xml", "-W", "error", "-p", "no:xdist", source=source)
    ids = [f"snippets/py/source.py::{name}" for name in _NAMES]
    result.stdout.fnmatch_lines(
        [
            f"{id_.replace('[', '[[]')} {'FAILED' if n == 1 else 'PASSED' if n < 1 else 'BLOCKED'}*"
            for n, id_ in enumerate(ids)
        ]
    )
    cases = ET.parse(project.pytester.path / "junit.xml").iter("testcase")  # noqa: S314
    assert [case.get("name") for case in cases] == _NAMES

    def collected(*arguments: str) -> list[str]:
        found = project.pytester.runpytest_subprocess("--collect-only", "-q", "-p", "no:randomly", *arguments)
        return [line for line in found.stdout.lines if "::" in line]

    for id_ in ids:
        assert id_ in collected(id_)
    assert collected(ids[4], ids[0]) == [ids[4], ids[0]]
    assert collected("-k", "a.b::c.d", "snippets") == [ids[4]]
    assert collected("--lf", "snippets") == ids[1:]


def test_markers_that_only_pages_know(project: Project) -> None:
    """A file without START is collected; a marker that is code is not executed, and the reason is that."""
    tag = '<FilteredTextBlock text={{Code}} startMarker="{}" endMarker="{}" language="py" />\n\n'
    blocks = [("# Pour", "# END Pour"), ("Cup START", "Cup END"), ("kettle.append(", "done = True")]
    project.write(
        "docs/p.mdx",
        "import Code from '!!raw-loader!/snippets/py/source.py';\n\n" + "".join(tag.format(*each) for each in blocks),
    )
    source = (
        "kettle = []\n# Pour\nprint('tea')\n# END Pour\n# START of the loop\nfor cup in kettle:\n    pass\n"
        "# == Cup START ==\nprint('cup')\n# == Cup END ==\nkettle.append(\n    1,\n)\nprint(kettle)\ndone = True\n"
    )
    result = project.prove("-v", source=source)
    result.stdout.fnmatch_lines_random(
        [
            "snippets/py/source.py::Pour PASSED*",
            "snippets/py/source.py::Cup PASSED*",
            "snippets/py/source.py::kettle.append( NOT EXECUTED*",
            "*the marker is not a comment: it is code (snippets/py/source.py:11)*",
            "*1 failed, 2 passed*",
        ]
    )
