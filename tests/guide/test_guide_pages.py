"""The guide and the pages beside it: their links lead somewhere, and their tables and examples fit the code."""

from __future__ import annotations

import itertools
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from tests.support.guide import (
    EXAMPLES,
    GUIDE,
    ROOT,
    Fence,
    fences,
    pages,
    plain_pages,
    proven_files,
    proven_texts,
    regions,
    transcripts,
)

from snipproof import api
from snipproof.cli.main import build_parser
from snipproof.config import Settings, load_settings
from snipproof.site.docs_site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *pages(),
        ROOT / "docs" / "src" / "components" / "README.md",
        ROOT / "integrations" / "docusaurus" / "README.md",
    ]
)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
OUR_COMMAND = re.compile(r"(?:[A-Z_]+=\S+ )*((?:snipproof|pytest)(?: .*)?)")
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
    assert {link.file for link in links(index)} == {page for page in pages() if page != index}


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
    """Return the rows of the table in ``settings.mdx``."""
    rows = re.findall(r"^\| `([^`]+)` \|([^|]*)\|([^|]*)\|", (GUIDE / "settings.mdx").read_text(), re.MULTILINE)
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
    value = value or (str(not default).lower() if isinstance(default, bool) else "7")
    changed = value_of(load_settings(tmp_path, environ={variable: value}), setting.key) != default
    assert changed == bool(setting.variable)


def untested(language: str, text: str, plain: bool) -> bool:
    """Return whether a fence shows something that no test has run.

    A fence is for what snipproof neither reads nor prints: commands to type (`sh`) and drawings (`diagram`). Everything
    else is shown from a tested file. Pages that the wheel ships as plain text repeat the text of one.
    """
    return language not in ("sh", "diagram") and not (plain and text in proven_texts())


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.name))
def test_a_fence_shows_commands_or_what_was_tested(page: Path) -> None:
    found = fences(page.read_text(encoding="utf-8"))
    assert [fence for fence in found if untested(fence.language, fence.text, page in plain_pages())] == []


def test_a_block_of_the_guide_shows_what_was_tested() -> None:
    """A file that a transcript reads or runs, or a Source of this repository's own Suites."""
    site = Site.load(load_settings(ROOT, environ={}))
    guide = GUIDE.relative_to(ROOT).as_posix()
    shown = {each.source for each in site.references if each.page.startswith(f"{guide}/") and each.source}
    own = {*site.suite_of, *(suite.path for suite in site.suites)}
    assert shown - own - {path.relative_to(ROOT).as_posix() for path in proven_files()} == set()


def test_every_example_is_shown() -> None:
    """Each Region of a transcript stands on a page, and so does something of each example."""
    references = Site.load(load_settings(ROOT, environ={})).references
    blocks = {(ROOT / each.source, each.start_marker) for each in references if each.source}
    plain = {fence.text for page in plain_pages() for fence in fences(page.read_text(encoding="utf-8"))}
    unseen = [
        (transcript, marker)
        for transcript in transcripts()
        for marker in re.findall(r"^# START .*$", transcript.read_text(encoding="utf-8"), re.MULTILINE)
        if (transcript, marker) not in blocks
        and dict(regions(transcript))[marker.removeprefix("# START ")] not in plain
    ]
    assert unseen == []
    folders = {path.relative_to(EXAMPLES).parts[0] for path in proven_files()}
    seen = {path.relative_to(EXAMPLES).parts[0] for path, _ in blocks if path.is_relative_to(EXAMPLES)}
    assert folders - seen == {page.stem for page in plain_pages()}


def test_a_fence_that_no_test_knows_is_found() -> None:
    """In any container, with any fence; also a text that differs in one character from what was tested."""
    page = "# A\n\n- item\n\n  ```toml\n  pages = []\n  ```\n\n> ~~~text\n> x\n> ~~~\n\n```sh\npip install x\n```\n"
    toml, text, commands = fences(page)
    assert (toml, commands) == (Fence("toml", "pages = []\n"), Fence("sh", "pip install x\n"))
    assert untested(*toml, plain=False)
    assert untested(*text, plain=True)
    assert not untested(*commands, plain=False)
    tested = next(iter(proven_texts()))
    assert not untested("text", tested, plain=True)
    assert untested("text", tested, plain=False)
    assert untested("text", tested + " ", plain=True)


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the words of each command of snipproof and pytest on a page, in fences and in text."""
    lines = [
        line for fence in fences(page.read_text("utf-8")) if fence.language == "sh" for line in fence.text.split("\n")
    ]
    lines += [code.replace("\n", " ") for code in re.findall(r"`([^`]+)`", prose(page))]
    for command in itertools.chain.from_iterable(line.split("&&") for line in lines):
        if found := OUR_COMMAND.fullmatch(command.strip()):
            yield shlex.split(found[1], comments=True)


@pytest.fixture(scope="module")
def pytest_options() -> set[str]:
    """The options that pytest has with snipproof and pytest-xdist."""
    command = [sys.executable, "-m", "pytest", "-p", "no:hypothesispytest", "--help"]
    return set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", subprocess.check_output(command, text=True)))


@pytest.mark.parametrize("page", [*pages(), ROOT / "README.md"], ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_has_the_options_that_it_is_shown_with(
    page: Path, pytest_options: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for program, *arguments in commands(page):
        if program == "pytest":
            options = {word.partition("=")[0] for word in arguments if word.startswith("-")}
            assert options <= pytest_options, arguments
            continue
        try:
            build_parser().parse_args(arguments)
        except SystemExit:  # text may name a command without what it requires
            assert "arguments are required" in capsys.readouterr().err, arguments


def options_of(page: str, heading: str) -> set[str]:
    """Return the options in the first column of the table below ``heading``."""
    table = (GUIDE / page).read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]*) \|", table, re.MULTILINE)
    return {option for row in rows for option in re.findall(r"--[a-z][a-z-]+", row)}


def test_every_option_is_in_its_table(pytest_options: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Those of the plugin for pytest, and those of ``snipproof check``; the tables have no others."""
    assert options_of("running.mdx", "Options") == {each for each in pytest_options if each.startswith("--snippets")}
    with pytest.raises(SystemExit):
        build_parser().parse_args(["check", "--help"])
    known = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", capsys.readouterr().out))
    assert options_of("check.md", "Options") == known - {"--help"}


def test_the_failure_in_the_readme_is_that_of_the_tutorial() -> None:
    (failure,) = [fence for fence in fences((ROOT / "README.md").read_text("utf-8")) if fence.text.startswith("___")]
    tutorial = iter((EXAMPLES / "getting-started" / "tutorial.console").read_text("utf-8").split("\n"))
    assert [line for line in failure.text.split("\n") if line not in tutorial] == []


def test_the_page_of_the_api_names_what_can_be_imported() -> None:
    rows = re.findall(r"^\| (`[A-Z][^|]*) \|", (GUIDE / "api.mdx").read_text(encoding="utf-8"), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named | {"Language", "SnipproofError", "load_parser", "make_plan"} == set(api.__all__)
