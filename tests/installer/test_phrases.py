"""Text and comments are in plain technical English: no phrase of the list in phrases.py occurs."""

import pytest

from tests.installer import phrases

# Folders and files that have been read for their language. A new one belongs here from the start.
CLEAN = (
    "CHANGELOG.md",
    "README.md",
    "canmcast_gui/__init__.py",
    "canmcast_gui/__main__.py",
    "canmcast_gui/app",
    "canmcast_gui/cli",
    "canmcast_gui/database",
    "canmcast_gui/demo",
    "canmcast_gui/frames",
    "canmcast_gui/logfile",
    "canmcast_gui/models",
    "canmcast_gui/options.py",
    "canmcast_gui/processes",
    "canmcast_gui/recording",
    "canmcast_gui/resources_path.py",
    "canmcast_gui/transmit",
    "canmcast_gui/transport",
    "canmcast_gui/ui/__init__.py",
    "canmcast_gui/ui/actions.py",
    "canmcast_gui/ui/app.py",
    "canmcast_gui/ui/dialogs",
    "canmcast_gui/ui/content_size.py",
    "canmcast_gui/ui/handbook",
    "canmcast_gui/ui/icons.py",
    "canmcast_gui/ui/item_views.py",
    "canmcast_gui/ui/labels.py",
    "canmcast_gui/ui/message_bar.py",
    "canmcast_gui/ui/panels",
    "canmcast_gui/ui/plot",
    "canmcast_gui/ui/start_page.py",
    "canmcast_gui/ui/theme.py",
    "canmcast_gui/ui/trace",
    "canmcast_gui/ui/transmit",
    "canmcast_gui/ui/updates.py",
    "canmcast_gui/ui/window",
    "canmcast_gui/wording.py",
    "resources",
    "tests/app/transmit",
    "tests/benchmarks",
    "tests/cli",
    "tests/conftest.py",
    "tests/contract",
    "tests/database",
    "tests/demo",
    "tests/frames",
    "tests/journeys",
    "tests/logfile",
    "tests/models",
    "tests/processes",
    "tests/recording",
    "tests/support",
    "tests/transmit",
    "tests/transport",
    "tests/ui/dialogs",
    "tests/ui/handbook",
    "tests/ui/panels",
    "tests/ui/plot",
    "tests/ui/trace",
    "tests/ui/transmit",
    "tests/ui/window",
)


@pytest.mark.parametrize("root", CLEAN)
def test_no_phrase_of_the_list_occurs(root):
    paths = phrases.files(root)
    assert paths
    assert [str(finding) for path in paths for finding in phrases.findings(path)] == []


@pytest.mark.parametrize(
    ("suffix", "text", "line"),
    [
        (".py", '"""It begins anew."""', 1),
        (".py", "x = 1\n\n# It begins\n# anew", 4),
        (".py", "def f():\n    return f'it is {1} and goes on'", 2),
        (".py", "def begin_anew(): ...", 1),
        (".py", "goOn = 1", 1),
        (".md", "First line\nit goes\non from here.", 2),
    ],
)
def test_a_phrase_is_found_in_text_comments_and_names(tmp_path, suffix, text, line):
    path = tmp_path / f"sample{suffix}"
    path.write_text(text, encoding="utf-8")
    (found,) = phrases.findings(path)
    assert found.line == line
    assert found.replacement


@pytest.mark.parametrize("text", ["There is no bus.", "It has colors.", "An ongoing transfer", "stand-alone"])
def test_plain_text_passes(tmp_path, text):
    path = tmp_path / "sample.md"
    path.write_text(text, encoding="utf-8")
    assert list(phrases.findings(path)) == []
