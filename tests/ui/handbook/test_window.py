"""The window of the handbook: pages, links, the way back, search, keys, themes."""

import pytest
from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from canmcast_gui.ui import theme
from canmcast_gui.ui.handbook.pages import names, page
from canmcast_gui.ui.handbook.window import PANEL_PAGES, HandbookWindow, page_for, show_handbook
from tests.support.fresh_process import number_from
from tests.support.stage import delete, process_deletions
from tests.ui.tab_order import activate, check

pytestmark = [pytest.mark.window]


@pytest.fixture
def handbook(qtbot, stage):
    """The handbook at its first page, in a window of its own."""
    one = HandbookWindow(stage.settings)
    one.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    with qtbot.waitExposed(one):
        one.open_at("index")
    activate(one)
    yield one
    one.close()
    delete(one)


def press(widget, keys):
    """Press keys where the focus is."""
    QTest.keySequence(QApplication.focusWidget() or widget, keys)


def close(handbook):
    """Close the handbook, which frees it."""
    handbook.close()
    process_deletions()


def test_f1_opens_the_page_of_the_panel_that_has_the_focus(qtbot, window):
    places = {"transmit": ("send", ""), "hosts": ("watch", "hosts"), "fuzz": ("send", "fuzzing")}
    for name, place in places.items():
        activate(window)
        window.docks.docks[name].bring_forward()
        qtbot.waitUntil(lambda name=name: window.docks.docks[name].isAncestorOf(QApplication.focusWidget()))
        press(window, "F1")
        assert window.findChild(HandbookWindow).browser.location == place
        close(window.findChild(HandbookWindow))
    activate(window)
    window.actions_.filter.trigger()
    press(window, "F1")
    assert window.findChild(HandbookWindow).browser.location == ("filter", "")


def test_there_is_one_handbook_which_is_freed_when_it_is_closed(window):
    window.actions_.help.trigger()
    window.actions_.help.trigger()
    handbooks = window.findChildren(HandbookWindow)
    assert len(handbooks) == 1 and handbooks[0].isVisible()
    close(handbooks[0])
    assert window.findChild(HandbookWindow) is None


def test_each_panel_leads_to_its_own_page(window):
    for name, place in PANEL_PAGES.items():
        assert page_for(window.docks.dock(name).widget()) == place
    assert page_for(window.panel.find_bar) == "watch#find-a-frame"
    assert page_for(window.start_page) == "index#first-steps"
    assert page_for(window) == page_for(None) == "index"


@pytest.mark.parametrize("name", names())
def test_a_page_is_shown_with_its_title_its_headings_and_its_pictures(handbook, name):
    handbook.browser.open(name)
    text = handbook.browser.toPlainText()
    assert all(one.title.replace("`", "") in text for one in page(name).headings)
    assert handbook.contents.currentItem().text(0) == page(name).title
    assert "<!--" not in text
    assert text.count("\ufffc") == page(name).markdown.count("](images/")


def test_a_heading_is_brought_to_the_top(handbook):
    handbook.browser.open("send#fuzzing")
    assert handbook.browser.textCursor().block().text() == "Fuzzing"
    assert handbook.contents.currentItem().text(0) == "Fuzzing"
    for place in ("command-line#dump", "send#answer-a-frame", "watch#colors"):
        handbook.browser.open(place)
        assert 0 <= handbook.browser.cursorRect().top() < 60, place


def test_links_go_to_pages_and_headings_and_nowhere_else(handbook):
    browser = handbook.browser
    browser.anchorClicked.emit(QUrl("troubleshooting.md#nothing-arrives"))
    assert browser.location == ("troubleshooting", "nothing-arrives")
    browser.anchorClicked.emit(QUrl("#firewall"))
    assert browser.location == ("troubleshooting", "firewall")
    for elsewhere in ("https://example.org/index.md/", "file:///etc/passwd", "no-such-page.md"):
        browser.anchorClicked.emit(QUrl(elsewhere))
        assert browser.location == ("troubleshooting", "firewall")


def test_the_way_back_and_forward(handbook):
    browser = handbook.browser
    assert not handbook.back.isEnabled()
    browser.open("plot")
    browser.verticalScrollBar().setValue(200)
    browser.open("send")
    press(handbook, "Alt+Left")
    assert browser.location == ("plot", "")
    assert browser.verticalScrollBar().value() == 200
    press(handbook, "Alt+Left")
    assert browser.location == ("index", "")
    handbook.forward.click()
    handbook.forward.click()
    assert browser.location == ("send", "")
    assert not handbook.forward.isEnabled()


def test_the_contents_lead_to_pages_and_headings(handbook):
    item = handbook.contents.topLevelItem(names().index("plot"))
    handbook.contents.setCurrentItem(item)
    assert handbook.browser.location == ("plot", "")
    handbook.contents.setCurrentItem(item.child(1))
    assert handbook.browser.location == ("plot", page("plot").headings[2].anchor)


def test_search_lists_lines_of_all_pages_and_walks_through_them(handbook):
    press(handbook, "Ctrl+F")
    assert handbook.search.hasFocus()
    QTest.keyClicks(handbook.search, "CRC-8")
    assert handbook.left.currentWidget() is handbook.results
    count = handbook.results.count()
    assert count > 0
    assert any("Send frames › Counters" in handbook.results.item(row).text() for row in range(count))
    QTest.keyClick(handbook.search, Qt.Key.Key_Return)
    assert handbook.results.currentRow() == 0
    assert handbook.match_count.text() == f"1 of {count}"
    assert handbook.browser.textCursor().selectedText().lower() == "crc-8"
    press(handbook, "Shift+F3")
    assert handbook.results.currentRow() == count - 1
    press(handbook, "F3")
    assert handbook.results.currentRow() == 0


def test_search_says_how_much_there_is_and_takes_words_in_any_order(handbook):
    handbook.search.setText("xylophone")
    assert handbook.match_count.text() == "0 matches"
    assert handbook.results.count() == 0
    handbook.next_match(1)
    assert handbook.browser.location == ("index", "")
    handbook.search.setText("sources 1,023")
    assert handbook.match_count.text() == "1 match"
    handbook.next_match(1)
    assert handbook.browser.location == ("troubleshooting", "who-sent-a-frame")
    handbook.search.setText("ctrl+shift+m")
    assert "Remove mark" in handbook.results.item(0).text()


def test_escape_ends_the_search_and_then_closes(qtbot, handbook):
    handbook.search.setText("mark")
    handbook.search.setFocus()
    press(handbook, "Esc")
    assert handbook.search.text() == ""
    assert handbook.left.currentWidget() is handbook.contents
    assert handbook.isVisible()
    press(handbook, "Esc")
    qtbot.waitUntil(lambda: not handbook.isVisible())


def test_keys_of_the_main_window_are_the_handbooks_while_it_is_used(stage, window):
    handbook = show_handbook("watch", stage.settings, window)
    activate(handbook)
    press(handbook, "Ctrl+F")
    assert handbook.search.hasFocus()
    assert not window.panel.find_bar.isVisible()
    handbook.search.setText("jitter")
    press(handbook, "F3")
    assert handbook.results.currentRow() == 0
    handbook.browser.setFocus()
    press(handbook, "Space")
    assert not window.actions_.pause.isChecked()
    handbook.close()
    process_deletions()


def test_tab_reaches_everything_and_the_links_of_the_page(handbook):
    handbook.browser.open("watch")
    check(handbook, "handbook")
    handbook.browser.setFocus()
    QTest.keyClick(handbook.browser, Qt.Key.Key_Tab)
    QTest.keyClick(handbook.browser, Qt.Key.Key_Return)
    assert handbook.browser.location == ("workspaces", "")


def test_its_size_is_remembered(qtbot, stage, handbook):
    handbook.resize(QSize(700, 500))
    handbook.close()
    again = HandbookWindow(stage.settings)
    assert again.size() == QSize(700, 500)
    delete(again)


@pytest.mark.parametrize("dark", [False, True])
def test_text_links_and_code_can_be_read_in_both_themes(qtbot, stage, dark):
    stage.settings.theme.set("dark" if dark else "light")
    themed = theme.apply(QApplication.instance(), stage.settings)
    one = HandbookWindow(stage.settings)
    one.open_at("filter")
    palette = one.browser.palette()
    base = palette.base().color()
    code = next(
        piece.fragment().charFormat()
        for block in iter_blocks(one.browser.document())
        for piece in block
        if piece.fragment().charFormat().fontFixedPitch()
    )
    links = [
        piece.fragment().charFormat().foreground().color()
        for block in iter_blocks(one.browser.document())
        for piece in block
        if piece.fragment().charFormat().isAnchor()
    ]
    assert theme.is_dark(palette) is dark
    assert abs(palette.text().color().lightness() - code.background().color().lightness()) > 100
    assert links and all(contrast(color, base) >= 4.5 for color in links)
    one.close()
    stage.settings.theme.set("light")
    delete(themed)


def test_the_start_of_the_program_does_not_load_it():
    program = """
import sys
import canmcast_gui.ui.app
print(sum(name.startswith("canmcast_gui.ui.handbook") for name in sys.modules))
"""
    assert number_from(program) == 0


def iter_blocks(document):
    """All blocks of a document."""
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def contrast(one: QColor, other: QColor) -> float:
    """The ratio that WCAG 2 defines, from 1 to 21."""

    def luminance(color):
        parts = (color.redF(), color.greenF(), color.blueF())
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_pictures_fit_the_width_of_the_page(qtbot, handbook):
    browser = handbook.browser
    for width in (700, 1000):
        handbook.resize(width, 600)
        qtbot.waitUntil(lambda: browser.horizontalScrollBar().maximum() == 0)
