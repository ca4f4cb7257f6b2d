"""SP31x: labels of tabs and their code."""

from __future__ import annotations

import pytest
from tests.support.lint import Check, block, region

IMPORT = "import A from '!!raw-loader!/{}';\n\n"


def found(check: Check, tabs: str, path: str = "a.py", only: str = "SP311") -> list[str]:
    comment = "#" if path.endswith(".py") else "//"
    files = {path: region("a = 1", comment=comment), "docs/p.mdx": IMPORT.format(path) + f"<Tabs>\n{tabs}\n</Tabs>\n"}
    return [str(f).partition(f"{only} ")[2] for f in check(files, only)]


def item(label: str, *languages: str, value: str = "x", comment: str = "#") -> str:
    blocks = (block(f"{comment} START A", f"{comment} END A", language) for language in languages)
    return f'<TabItem value="{value}" label="{label}">\n\n{"".join(blocks)}\n</TabItem>'


@pytest.mark.parametrize(
    ("label", "language", "path", "message"),
    [
        ("TypeScript", "gonew", "a.go", "Go"),
        ("JavaScript", "java", "a.java", "Java"),
        ("Java", "ts", "a.ts", "TypeScript"),
        ("Go Client v5", "py", "a.py", "Python"),
        ("cURL", "py", "a.py", "Python"),
        ("C# (beta)", "py", "a.py", "Python"),
        ("Python v3", "pyv4", "a.py", "v4"),
        ("Python Client v4", "pyv3", "a.py", "v3"),
        ("JS/TS クライアント v3", "tsv2", "a.ts", "v2"),
        ("Python v4", "py", "code/search-v3.py", "v3"),
        ("Java v5", "java", "java-v6/A.java", "v6"),
    ],
)
def test_code_that_a_label_does_not_name_is_reported(
    check: Check, label: str, language: str, path: str, message: str
) -> None:
    (text,) = found(check, item(label, language, comment="#" if path.endswith("py") else "//"), path)
    what = "code of" if message.startswith("v") else "code in"
    assert text == f"the tab {label!r} shows {what} {message}"


@pytest.mark.parametrize(
    ("label", "languages", "path"),
    [
        ("JS/TS Client v3", ["ts"], "typescript-v3/a.ts"),
        ("JavaScript", ["js"], "a.ts"),
        ("Node.js", ["tsv2"], "a.ts"),
        ("Python (async)", ["py"], "a.py"),
        ("Python Client v4", ["py"], "a.py"),
        ("Python", ["pyv3"], "a.py"),
        ("Python 3", ["pyv4"], "a.py"),
        ("GraphQL", ["graphql"], "a.py"),
        ("How to go on", ["py"], "a.py"),
        ("Client v4 or v3", ["pyv3"], "a.py"),
        ("Python", ["bash", "json", "text", "py"], "a.py"),
        ("JSON", ["json"], "a.py"),
        ("Go", ["py"], "a.go"),
        ("C#", [], "a.py"),
    ],
)
def test_code_that_a_label_names_is_not(check: Check, label: str, languages: list[str], path: str) -> None:
    """SP209 reports what is displayed in another language than that of its file."""
    assert found(check, item(label, *languages, comment="#" if path.endswith("py") else "//"), path) == []


def test_the_value_of_a_tab_names_a_language_too(check: Check) -> None:
    """With a number for a version at most."""
    assert found(check, item("Client", "py", value="ts2")) == ["the tab 'ts2' shows code in Python"]
    for value in ("py3", "py_agents", "custom"):
        assert found(check, item("Client", "py", value=value)) == []


def test_a_tab_with_the_value_of_another_one_is_reported(check: Check) -> None:
    """SP312 in the same group only."""
    twice = item("One", "py", value="a") + "\n" + item("Two", "py", value="a")
    assert found(check, twice, only="SP312") == ["the tab 'a' is in its group already, since line 4"]
    assert (
        found(check, item("One", "py", value="a") + "\n</Tabs>\n<Tabs>\n" + item("One", "py", value="a"), only="SP312")
        == []
    )
