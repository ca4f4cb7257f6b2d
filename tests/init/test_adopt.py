"""``snipproof init`` on small sites of every kind: what it finds out, what it writes, and what it leaves alone."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest

from snipproof.cli.main import main
from snipproof.config import load_settings
from snipproof.site.suite import load_suites

if TYPE_CHECKING:
    from pathlib import Path

IMPORT = 'import Code from "!!raw-loader!/{}";\n\n'
BLOCK = '<FilteredTextBlock text={Code} startMarker="# START a" endMarker="# END a" language="py" />\n'
SOURCE = "# START a\nprint(1)\n# END a\n"


def write(root: Path, **files: str) -> None:
    """Write ``files`` below ``root``."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode("utf-8"))


def page(source: str, block: str = BLOCK) -> str:
    """Return a page with one block of ``source``."""
    return IMPORT.format(source) + block


def everything(root: Path) -> dict[str, bytes]:
    """Return the bytes of every file below ``root``."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def init(root: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str], str]:
    """Run it and return its exit code, its lines of output, and its errors."""
    code = main(["init", "--root", str(root)])
    captured = capsys.readouterr()
    return code, captured.out.splitlines(), captured.err


def test_a_docusaurus_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its pages are found, with a defect that goes to the baseline, so that the next check is clean."""
    wrong = BLOCK.replace("START a", "START b")
    write(
        tmp_path,
        **{
            "docusaurus.config.js": "",
            "README.md": "# Read me",
            "docs/a.mdx": page("snippets/a.py"),
            "_includes/_b.md": page("snippets/a.py", wrong),
            "docs/b.mdx": "import B from '/_includes/_b.md';\n\n<B />\n",
            "snippets/a.py": SOURCE,
            "node_modules/x/y.mdx": BLOCK,
            "tools/notes.md": "# Notes",
        },
    )
    before = everything(tmp_path)
    code, lines, err = init(tmp_path, capsys)
    assert (code, err) == (0, "")
    assert lines[:2] == [
        "found  a Docusaurus site, pages in _includes, docs",
        "found  3 pages, 2 <FilteredTextBlock> blocks of 1 Source (1 python)",
    ]
    assert [line for line in lines if line.startswith("wrote")] == [
        "wrote  snipproof.toml",
        "wrote  snipproof-baseline.jsonl: 1 error, 0 warnings as of today, no longer reported",
    ]
    after = everything(tmp_path)
    assert {path: after.pop(path) for path in before} == before
    assert sorted(after) == ["snipproof-baseline.jsonl", "snipproof.toml"]
    settings = load_settings(tmp_path)
    assert (settings.pages, settings.baseline, settings.suites) == (
        ("_includes", "docs"),
        "snipproof-baseline.jsonl",
        (),
    )
    text = (tmp_path / "snipproof.toml").read_text(encoding="utf-8")
    assert '# suites = ["snippets/suite.yaml"]\n#\n# snippets/suite.yaml:\n#   flavour: "python"\n' in text
    assert main(["check", "--root", str(tmp_path)]) == 0
    write(tmp_path, **{"docs/c.mdx": page("snippets/a.py", BLOCK.replace("START a", "START c"))})
    assert main(["check", "--root", str(tmp_path)]) == 1


def test_it_can_be_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second run changes nothing and reports that."""
    write(tmp_path, **{"docs/a.md": page("a.py", BLOCK.replace("END a", "END x")), "a.py": SOURCE})
    assert init(tmp_path, capsys)[0] == 0
    before = everything(tmp_path)
    code, lines, _ = init(tmp_path, capsys)
    assert (code, everything(tmp_path)) == (0, before)
    assert lines[0] == "kept   snipproof.toml: it already has snipproof settings"
    assert "kept   snipproof-baseline.jsonl" in lines
    assert not [line for line in lines if line.startswith("wrote")]


def test_a_baseline_that_the_settings_name_is_written_when_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The settings are the writer's; what they lack to work is added."""
    write(tmp_path, **{"docs/a.md": page("a.py"), "a.py": SOURCE, "snipproof.toml": 'baseline = "b.jsonl"\n'})
    code, lines, _ = init(tmp_path, capsys)
    assert (code, "wrote  b.jsonl: 0 errors, 0 warnings as of today" in lines) == (0, True)
    assert main(["check", "--root", str(tmp_path)]) == 0


def test_plain_docs_without_any_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to live with, so no baseline; folders without a block are not docs."""
    write(tmp_path, **{"manual/en/a.md": page("a.py"), "notes/b.md": "# Notes", "docs/c.md": "# No", "a.py": SOURCE})
    code, lines, _ = init(tmp_path, capsys)
    assert (code, lines[0]) == (0, "found  docs, pages in manual")
    assert sorted(everything(tmp_path)) == ["a.py", "docs/c.md", "manual/en/a.md", "notes/b.md", "snipproof.toml"]
    assert main(["check", "--root", str(tmp_path)]) == 0


def test_docs_that_show_nothing_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The settings are written nevertheless, and the next step is another."""
    write(tmp_path, **{"docs/a.md": "# Hello\n"})
    code, lines, _ = init(tmp_path, capsys)
    assert code == 0
    assert lines[-1].startswith("  show a Region with <FilteredTextBlock> on a page")
    assert load_settings(tmp_path).pages == ("docs",)


@pytest.mark.parametrize("files", [{}, {"README.md": "# Hello"}, {"src/a.py": SOURCE}, {"notes/a.md": "# Hello"}])
def test_no_docs_at_all(tmp_path: Path, files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written, and the reason and the way out are reported."""
    write(tmp_path, **files)
    before = everything(tmp_path)
    code, lines, err = init(tmp_path, capsys)
    assert (code, lines, everything(tmp_path)) == (2, [], before)
    assert "no docs found below" in err
    assert "--root DIR" in err
    assert main(["init", "--root", str(tmp_path / "nowhere")]) == 2


def test_a_site_in_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Imports that begin with `/` begin at the site, not at the repository."""
    write(
        tmp_path,
        **{"website/docusaurus.config.ts": "", "website/docs/a.mdx": page("code/a.py"), "website/code/a.py": SOURCE},
    )
    code, lines, _ = init(tmp_path, capsys)
    assert (code, lines[0]) == (0, "found  a Docusaurus site in website, pages in website/docs")
    settings = load_settings(tmp_path)
    assert (settings.site_root, settings.pages) == ("website", ("website/docs",))
    assert main(["check", "--root", str(tmp_path)]) == 0


def test_several_sites_are_a_question_for_the_writer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Which one is meant cannot be found out."""
    write(tmp_path, **{"one/docusaurus.config.js": "", "two/docusaurus.config.js": "", "one/docs/a.md": "# A"})
    code, _, err = init(tmp_path, capsys)
    assert (code, "one, two" in err) == (2, True)
    assert not list(tmp_path.glob("*.toml"))


def test_a_component_of_another_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is given a `startMarker` shows Sources, whatever it is called."""
    write(tmp_path, **{"docs/a.md": page("a.py", BLOCK.replace("FilteredTextBlock", "CodeFrom")), "a.py": SOURCE})
    code, lines, _ = init(tmp_path, capsys)
    assert (code, lines[1]) == (0, "found  1 page, 1 <CodeFrom> block of 1 Source (1 python)")
    assert load_settings(tmp_path).component == "CodeFrom"


def test_a_folder_with_a_lock_file_is_a_suite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its Sources can be run: a Suite is written for it, and the others are not reported as in no Suite."""
    write(
        tmp_path,
        **{
            "docs/a.md": page("snippets/py/a.py"),
            "docs/b.md": page("snippets/old/b.py") * 3,
            "snippets/py/a.py": SOURCE,
            "snippets/py/requirements.lock": "",
            "snippets/old/b.py": SOURCE,
        },
    )
    code, lines, _ = init(tmp_path, capsys)
    assert code == 0
    assert (
        "wrote  snippets/py/suite.yaml: a Suite of 1 Python Source (py), pinned by snippets/py/requirements.lock"
        in lines
    )
    settings = load_settings(tmp_path)
    (suite,) = load_suites(settings)
    assert (suite.flavour, suite.language, suite.sources, suite.lock) == (
        "py",
        "python",
        ("snippets/py/a.py",),
        "snippets/py/requirements.lock",
    )
    assert settings.severity == {"SP401": "off"}
    assert main(["check", "--root", str(tmp_path)]) == 0


def test_every_language_that_can_be_run_has_a_suite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By its files and its lock files; other languages are only counted."""
    write(
        tmp_path,
        **{
            "docs/a.md": page("js/a.mjs"),
            "docs/b.md": page("cs/b.cs") * 3,
            "docs/c.md": page("other/c.zig"),
            "js/a.mjs": SOURCE.replace("#", "//"),
            "js/package.json": '{"devDependencies": {"esbuild": "*"}}',
            "js/yarn.lock": "",
            "cs/b.cs": SOURCE.replace("#", "//"),
            "cs/requirements.lock": "",
            "other/c.zig": SOURCE.replace("#", "//"),
        },
    )
    code, lines, _ = init(tmp_path, capsys)
    assert code == 0
    assert lines[1].endswith("blocks of 3 Sources (1 .zig, 1 csharp, 1 typescript)")
    (suite,) = load_suites(load_settings(tmp_path))
    assert (suite.path, suite.language, suite.sources) == ("js/suite.yaml", "typescript", ("js/a.mjs",))


def test_a_suite_that_is_there_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named in the settings and stays as it is."""
    suite = "flavour: x\nlanguage: python\nsources: ['*.py']\n"
    write(tmp_path, **{"docs/a.md": page("s/a.py"), "s/a.py": SOURCE, "s/requirements.lock": "", "s/suite.yaml": suite})
    code, lines, _ = init(tmp_path, capsys)
    assert (code, "kept   s/suite.yaml" in lines) == (0, True)
    assert load_settings(tmp_path).suites == ("s/suite.yaml",)
    assert load_settings(tmp_path).severity == {}
    assert (tmp_path / "s" / "suite.yaml").read_text(encoding="utf-8") == suite


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_a_project_with_tools_gets_a_table(
    tmp_path: Path, end: str, last: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What stood in the file stays, to the byte, and so do its line ends."""
    project = ('[project]\nname = "x"\n\n[tool.ruff]\nline-length = 100' + last).replace("\n", end)
    write(tmp_path, **{"docs/a.md": page("a.py"), "a.py": SOURCE, "pyproject.toml": project})
    code, lines, _ = init(tmp_path, capsys)
    assert (code, "wrote  pyproject.toml" in lines) == (0, True)
    text = (tmp_path / "pyproject.toml").read_bytes().decode("utf-8")
    assert text.startswith(project)
    assert text.count("\n") == text.count(end)
    assert tomllib.loads(text)["tool"]["ruff"] == {"line-length": 100}
    assert load_settings(tmp_path).pages == ("docs",)
    assert not (tmp_path / "snipproof.toml").exists()


@pytest.mark.parametrize("project", ['[project]\nname = "x"\n', "not TOML at all [", "tool = { ruff = {} }\n", "\0"])
def test_other_projects_are_left_alone(tmp_path: Path, project: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Where tools have no tables, one more has no place: the settings are a file of their own."""
    write(tmp_path, **{"docs/a.md": page("a.py"), "a.py": SOURCE, "pyproject.toml": project})
    assert init(tmp_path, capsys)[0] == 0
    assert (tmp_path / "pyproject.toml").read_text(encoding="utf-8") == project
    assert load_settings(tmp_path).file == tmp_path / "snipproof.toml"


def test_a_baseline_of_unknown_origin_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of that name may be anything."""
    mine = json.dumps({"mine": True})
    write(
        tmp_path,
        **{"docs/a.md": page("a.py", BLOCK.replace("END a", "x")), "a.py": SOURCE, "snipproof-baseline.jsonl": mine},
    )
    code, lines, _ = init(tmp_path, capsys)
    assert code == 0
    assert [line for line in lines if line.startswith("kept   snipproof-baseline.jsonl")]
    assert (tmp_path / "snipproof-baseline.jsonl").read_text(encoding="utf-8") == mine
    assert load_settings(tmp_path).baseline == ""


def test_links_are_not_followed_when_writing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A link that leads nowhere is a file of somebody: nothing is written through it."""
    write(tmp_path, **{"docs/a.md": page("a.py"), "a.py": SOURCE})
    (tmp_path / "snipproof.toml").symlink_to(tmp_path / "elsewhere.toml")
    code, _, err = init(tmp_path, capsys)
    assert (code, "cannot write snipproof.toml: File exists" in err) == (69, True)
    assert not (tmp_path / "elsewhere.toml").exists()


def test_wrong_settings_are_reported_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As by every other command."""
    write(tmp_path, **{"docs/a.md": page("a.py"), "a.py": SOURCE, "snipproof.toml": "pagse = []\n"})
    before = everything(tmp_path)
    code, _, err = init(tmp_path, capsys)
    assert (code, "unknown" in err) == (2, True)
    assert everything(tmp_path) == before
