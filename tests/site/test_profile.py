"""Profiles: how settings change the component of a site."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.site import IMPORT, TAG, load_site, shown_texts, write_site

from snipproof.errors import SettingsError
from snipproof.site.profile import FILTERED_TEXT_BLOCK, PROFILES


def test_settings_name_another_component(tmp_path: Path) -> None:
    """Its name, its attributes and its display languages; what is not named stays."""
    write_site(
        tmp_path,
        {
            "docs/a.md": "import Code from '!!raw-loader!@site/code/a.py';\n"
            '<Snippet from={Code} begin="# A" endMarker="# END A" lang="kotlin" />\n'
            '<FilteredTextBlock text={Code} startMarker="# A" endMarker="# END A" language="java" />\n',
            "snipproof.toml": 'component = "Snippet"\n[attributes]\ntext = "from"\nstart-marker = "begin"\n'
            'language = "lang"\n[indentation]\nkotlin = "2"\n[highlighters]\nkotlin = "kt"\n',
        },
    )
    site = load_site(tmp_path)
    (reference,) = site.references
    rendered = site.rendered(reference)
    assert rendered is not None
    assert (rendered.text, rendered.highlighter) == ("  one", "kt")


def test_an_indentation_rule_may_be_that_of_a_known_language(tmp_path: Path) -> None:
    """``kotlin = "java"`` takes what Java takes; a number takes so many blanks, where all of them are there."""
    page = IMPORT + TAG.replace('"py"', '"kotlin"') + TAG.replace('"py"', '"scala"')
    write_site(tmp_path, {"docs/a.md": page, "snipproof.toml": '[indentation]\nkotlin = "java"\nscala = "5"\n'})
    assert shown_texts(load_site(tmp_path)) == ["one", "    one"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('profile = "docusaurus-filtered-text-blok"', "did you mean 'docusaurus-filtered-text-block'?"),
        ('[attributes]\nstart_marker = "x"', "did you mean 'start-marker'?"),
        ('[indentation]\nkotlin = "jav"', "did you mean 'java'?"),
        ('[indentation]\nkotlin = "1000"', "a number of spaces"),
    ],
)
def test_unknown_names_in_the_profile_are_errors(tmp_path: Path, settings: str, message: str) -> None:
    """A typo that is ignored would be a site that is read wrongly."""
    write_site(tmp_path, {"docs/a.md": IMPORT + TAG, "snipproof.toml": settings})
    with pytest.raises(SettingsError) as caught:
        load_site(tmp_path)
    assert message in str(caught.value)


def test_a_profile_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A further dialect is chosen by its name, with its own names of attributes."""
    attributes = {**FILTERED_TEXT_BLOCK.attributes, "start-marker": "begin"}
    monkeypatch.setitem(PROFILES, "other", FILTERED_TEXT_BLOCK._replace(attributes=attributes))
    page = IMPORT + TAG.replace("startMarker", "begin")
    write_site(tmp_path, {"docs/a.md": page, "snipproof.toml": 'profile = "other"\n'})
    assert shown_texts(load_site(tmp_path)) == ["    one"]
