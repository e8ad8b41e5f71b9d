"""Text and comments are in plain technical English: no phrase of the list in phrases.py occurs."""

import pytest

from tests.installer import phrases

ROOTS = "canmcast_gui", "tests", "resources", "installer", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"


@pytest.mark.parametrize("root", ROOTS)
def test_no_phrase_of_the_list_occurs(root):
    paths = phrases.files(root)
    assert paths
    assert [str(finding) for path in paths for finding in phrases.findings(path)] == []


@pytest.mark.parametrize(
    ("suffix", "text", "line"),
    [
        (".py", '"""It begins PHRASE."""', 1),
        (".py", "x = 1\n\n# It begins\n# PHRASE", 4),
        (".py", "def f():\n    return f'it is {1} and begins PHRASE'", 2),
        (".py", "def begin_PHRASE(): ...", 1),
        (".py", "beginPHRASE = 1", 1),
        (".md", "First line\nit begins\nPHRASE from here.", 3),
    ],
)
def test_a_phrase_is_found_in_text_comments_and_names(tmp_path, suffix, text, line):
    path = tmp_path / f"sample{suffix}"
    path.write_text(text.replace("PHRASE", "An" + "ew"), encoding="utf-8")
    (found,) = phrases.findings(path)
    assert found.line == line
    assert found.replacement


@pytest.mark.parametrize("text", ["There is no bus.", "It has colors.", "An ongoing transfer", "stand-alone"])
def test_plain_text_passes(tmp_path, text):
    path = tmp_path / "sample.md"
    path.write_text(text, encoding="utf-8")
    assert list(phrases.findings(path)) == []
