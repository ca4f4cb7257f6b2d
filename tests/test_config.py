"""Settings: where a value comes from, and what is refused."""

from pathlib import Path

import pytest

from snipproof.config import find_settings_file, load_settings
from snipproof.errors import SettingsError

_NOTHING: dict[str, str] = {}


def test_a_folder_without_settings_has_the_defaults(tmp_path: Path) -> None:
    """No file is needed."""
    settings = load_settings(tmp_path, environ=_NOTHING)
    assert (settings.root, settings.file, settings.pages, settings.suites) == (tmp_path, None, (), ())


def test_snipproof_toml_comes_before_pyproject_toml(tmp_path: Path) -> None:
    """A site with both is told by its own file; a pyproject.toml without our table is none."""
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text("[project]\n")
    assert find_settings_file(tmp_path) is None
    pyproject.write_text('[tool.snipproof]\npages = ["a"]\n')
    assert load_settings(tmp_path, environ=_NOTHING).pages == ("a",)
    (tmp_path / "snipproof.toml").write_text('pages = ["b"]\n')
    assert load_settings(tmp_path, environ=_NOTHING).pages == ("b",)


def test_command_line_wins_over_environment_over_file_over_default(tmp_path: Path) -> None:
    """A value is taken from the first place that gives it."""
    assert load_settings(tmp_path, environ=_NOTHING).run.timeout == 60
    (tmp_path / "snipproof.toml").write_text("[run]\ntimeout = 1\n")
    assert load_settings(tmp_path, environ=_NOTHING).run.timeout == 1
    environ = {"SNIPPROOF_RUN_TIMEOUT": "2"}
    assert load_settings(tmp_path, environ=environ).run.timeout == 2
    assert load_settings(tmp_path, environ=environ, overrides={"run.timeout": "3"}).run.timeout == 3


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("x = ", "", "not valid TOML"),
        ('\npage = ["docs"]', "2:1", "unknown setting 'page'"),
        ("[weaviate]\nmod = 'auto'", "2:1", "unknown setting 'weaviate.mod'"),
        ("pages = 'docs'", "1:1", "'pages' must be a list of strings"),
        ("site-root = 3", "1:1", "'site-root' must be a string"),
        ("weaviate = 3", "1:1", "'weaviate' must be a table"),
        ("[run]\ntimeout = true", "2:1", "'run.timeout' must be a number"),
        ("[run]\nrequire = 'yes'", "2:1", "'run.require' must be true or false, not 'yes'"),
        ("[run]\ntimeout = 0", "2:1", "'timeout' must be more than 0"),
        ("[weaviate]\nmode = 'docker'", "2:1", "'mode' cannot be 'docker'"),
        ("[weaviate]\nobtain = ['wish']", "2:1", "'obtain' cannot be 'wish'"),
        ("[severity]\nSP201 = 'loud'", "2:1", "'SP201' cannot be 'loud'"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, place: str, message: str) -> None:
    """Unknown keys, wrong types and impossible values are errors at their line."""
    (tmp_path / "snipproof.toml").write_text(text)
    with pytest.raises(SettingsError) as error:
        load_settings(tmp_path, environ=_NOTHING)
    assert error.value.message.startswith(f"snipproof.toml:{place}")
    assert message in error.value.message


@pytest.mark.parametrize(("text", "value"), [("1", True), ("True", True), ("no", False), ("0", False)])
def test_the_environment_says_yes_and_no(tmp_path: Path, text: str, *, value: bool) -> None:
    """What is true or false in a file has several spellings in the environment, and any other is refused."""
    assert load_settings(tmp_path, environ={"SNIPPROOF_RUN_REQUIRE": text}).run.require is value
    with pytest.raises(SettingsError, match=r"'run\.require' must be true or false, not 'perhaps'"):
        load_settings(tmp_path, environ={"SNIPPROOF_RUN_REQUIRE": "perhaps"})


def test_an_unknown_key_says_what_was_meant(tmp_path: Path) -> None:
    """A typo is answered with the key it resembles."""
    (tmp_path / "snipproof.toml").write_text('page = ["docs"]')
    with pytest.raises(SettingsError) as error:
        load_settings(tmp_path, environ=_NOTHING)
    assert error.value.hint == "did you mean 'pages'?"


def test_a_wrong_environment_variable_is_named(tmp_path: Path) -> None:
    """What the environment says wrong is told by the variable's name."""
    with pytest.raises(SettingsError, match=r"SNIPPROOF_RUN_TIMEOUT: 'run.timeout' must be a number, not 'soon'"):
        load_settings(tmp_path, environ={"SNIPPROOF_RUN_TIMEOUT": "soon"})


@pytest.mark.parametrize("data", [b"[tool.snipproof]\npages = ['\xff']\n", b"[tool.snipproof]\npages = [\n"])
def test_a_settings_file_that_cannot_be_read_is_an_error(tmp_path: Path, data: bytes) -> None:
    """Bytes that are no UTF-8 or no TOML are named with the file, without a traceback."""
    (tmp_path / "pyproject.toml").write_bytes(data)
    with pytest.raises(SettingsError, match=r"^pyproject\.toml:1:1 "):
        load_settings(tmp_path, environ={})
