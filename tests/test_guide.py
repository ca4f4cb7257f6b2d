"""The guide and the pages beside it: their links lead somewhere, and their tables and examples fit the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from snipproof import api
from snipproof.cli.main import main
from snipproof.config import Settings, load_settings

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "docs" / "guide"
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *GUIDE.glob("*.md*"),
        ROOT / "docs" / "src" / "components" / "README.md",
        ROOT / "integrations" / "docusaurus" / "README.md",
    ]
)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
ANYWHERE = re.compile(r"https?://")


class Link(NamedTuple):
    """One link of a page to a file of this repository; ``anchor`` is empty for a link to the whole file."""

    file: Path
    anchor: str


def prose(page: Path) -> str:
    """Return the text of ``page`` without its fenced code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> list[Link]:
    """Return the relative links of ``page``."""
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    parts = [target.partition("#") for target in targets if not ANYWHERE.match(target)]
    return [Link((page.parent / path).resolve() if path else page, anchor) for path, _, anchor in parts]


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of ``page``, as GitHub and Docusaurus make them."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        assert link.file.exists(), link
        assert not link.anchor or link.anchor in anchors(link.file), link


def test_every_page_of_the_guide_is_in_its_index() -> None:
    index = GUIDE / "README.md"
    assert {link.file for link in links(index)} == {page for page in GUIDE.glob("*.md*") if page != index}


def test_a_missing_file_and_a_missing_heading_are_found(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("# A `b`: c\n\n[x](#a-b-c) [y](https://example.org/y) [z](z.md#w)\n\n```\n[v](v.md)\n```\n")
    assert links(page) == [Link(page, "a-b-c"), Link(tmp_path / "z.md", "w")]
    assert anchors(page) == {"a-b-c"}


class Setting(NamedTuple):
    """One row of the table of settings; ``variable`` is empty if the environment cannot set it."""

    key: str
    default: str
    variable: str


def documented_settings() -> list[Setting]:
    """Return the rows of the table in ``settings.md``."""
    rows = re.findall(r"^\| `([^`]+)` \|([^|]*)\|([^|]*)\|", (GUIDE / "settings.md").read_text(), re.MULTILINE)
    return [Setting(key, default.strip(), variable.strip("` ")) for key, default, variable in rows]


def known_settings() -> dict[str, Any]:
    """Return every setting with its default, by dotted key."""
    found: dict[str, Any] = {}
    for name, value in Settings()._asdict().items():
        for inner, default in value._asdict().items() if hasattr(value, "_asdict") else [("", value)]:
            found[f"{name}.{inner}".strip(".").replace("_", "-")] = default
    return {key: value for key, value in found.items() if key not in ("root", "file", "origin")}


def value_of(settings: Settings, key: str) -> Any:
    """Return the value of the setting with the dotted ``key``."""
    value: Any = settings
    for name in key.replace("-", "_").split("."):
        value = getattr(value, name)
    return value


def test_every_setting_is_in_the_table() -> None:
    assert sorted(setting.key for setting in documented_settings()) == sorted(known_settings())


@pytest.mark.parametrize("setting", documented_settings(), ids=lambda setting: str(setting.key))
def test_a_documented_default_is_the_default(setting: Setting, tmp_path: Path) -> None:
    if not setting.default.startswith("`"):  # described in words
        return
    literal = setting.default.strip("`")
    line = f"{setting.key} = {literal}\n"
    assert tomllib.loads(line)
    (tmp_path / "snipproof.toml").write_text(line, encoding="utf-8")
    assert value_of(load_settings(tmp_path, environ={}), setting.key) == known_settings()[setting.key]


@pytest.mark.parametrize("setting", documented_settings(), ids=lambda setting: str(setting.key))
def test_a_documented_variable_sets_its_setting_and_there_is_no_other(setting: Setting, tmp_path: Path) -> None:
    default = known_settings()[setting.key]
    variable = "SNIPPROOF_" + setting.key.upper().replace(".", "_").replace("-", "_")
    assert setting.variable in ("", variable)
    value = {"weaviate.mode": "embedded", "weaviate.obtain": "build", "run.timeout": "7"}.get(setting.key)
    value = value or ("true" if isinstance(default, bool) else "7")
    changed = value_of(load_settings(tmp_path, environ={variable: value}), setting.key) != default
    assert changed == bool(setting.variable)


@pytest.mark.parametrize("page", [GUIDE / "settings.md", GUIDE / "rules.md", GUIDE / "getting-started.md"])
def test_every_example_of_settings_can_be_loaded(page: Path, tmp_path: Path) -> None:
    examples = re.findall(r"^```toml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert examples
    for example in examples:
        name = "pyproject.toml" if "[tool.snipproof" in example else "snipproof.toml"
        (tmp_path / name).write_text(example, encoding="utf-8")
        assert load_settings(tmp_path, environ={}) != Settings(root=tmp_path, file=tmp_path / name)
        (tmp_path / name).unlink()


def test_the_failure_in_the_readme_is_that_of_the_tutorial() -> None:
    (failure,) = re.findall(r"^```text\n(___.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    tutorial = (GUIDE / "getting-started.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in failure.splitlines() if line not in tutorial] == []


def test_the_output_and_the_baseline_of_a_check_are_those_on_its_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (GUIDE / "check.md").read_text(encoding="utf-8")
    output, baseline = re.findall(r"^```text\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    block = output.splitlines()[1].removeprefix("  3 | ")
    for name, content in {
        "docs/p.mdx": f'import Code from "!!raw-loader!/code/a.py";\n\n{block}\n',
        "code/a.py": "# START A\nx = 1\n# END A\n",
    }.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "snipproof.toml").write_text('severity = { SP204 = "off" }\n', encoding="utf-8")
    root = ["--root", str(tmp_path), "--no-cache"]
    assert main(["check", *root]) == 1
    assert capsys.readouterr().out == output
    file = tmp_path / "snipproof-baseline.jsonl"
    main(["check", *root, "--baseline", str(file), "--update-baseline"])
    assert file.read_text(encoding="utf-8") == baseline


def test_the_page_of_the_api_names_what_can_be_imported() -> None:
    rows = re.findall(r"^\| (`[A-Z][^|]*) \|", (GUIDE / "api.md").read_text(encoding="utf-8"), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named | {"Language", "SnipproofError"} == set(api.__all__)
