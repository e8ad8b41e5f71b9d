"""Messages of the program in a bar above the trace, which do not interrupt the user's work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from canmcast_gui.app.program.messages import whole_sentence
from canmcast_gui.app.session import Session
from canmcast_gui.ui import icons, theme
from canmcast_gui.ui.actions import connect

# More would push the trace out of the window; the oldest message is removed.
MOST_MESSAGES = 3

# Time to read two lines; errors and warnings stay until they are closed.
INFO_MS = 8_000
# Time to decide about a button of a message, and to reach it with the keyboard.
OFFER_MS = 60_000

_LEVELS = ("info", "warning", "error")


class MessageBar(QWidget):
    """Shows the messages of the session, the newest at the bottom. Equal messages are counted."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(1)
        self.messages: list[Message] = []
        self._session = session
        self._problem: Message | None = None
        session.messages.posted.connect(self.show_message)
        session.messages.topic_ended.connect(self.end_topic)
        session.state_changed.connect(self._show_problem)

    @property
    def texts(self) -> list[str]:
        """The texts of the visible messages."""
        return [message.text for message in self.messages]

    def show_message(self, level: str, text: str, topic: str = "") -> None:
        """Add a message, or count an equal one; Messages explains the parameters."""
        equal = (shown for shown in self.messages if (shown.level, shown.text) == (level, text))
        message = next(equal, None)
        if message is None:
            message = self._add(Message(level if level in _LEVELS else "info", text, self))
        else:
            message.count_up()
        message.topic = topic or message.topic

    def _add(self, message: Message) -> Message:
        while len(self.messages) >= MOST_MESSAGES:
            self.remove(self.messages[0])
        self.messages.append(message)
        self._layout.addWidget(message)
        return message

    def _show_problem(self) -> None:
        """Show why no frames can be received, as long as that is the case."""
        problem = self._session.bus.problem
        text = f"Reception problem: {problem}"
        if self._problem is not None and (problem is None or self._problem.text != text):
            self.remove(self._problem)
            self._problem = None
        if problem is not None and self._problem is None:
            self.show_message("error", text)
            self._problem = next(message for message in self.messages if message.text == text)

    def offer(self, text: str, label: str, action: Callable[[], object]) -> None:
        """Add a button to the newest message with this text, or replace its button of this label."""
        for message in reversed(self.messages):
            if message.text == text:
                message.add_button(label, action)
                return

    def expire(self, text: str) -> None:
        """Remove the newest message with this text after a while: its facts are shown elsewhere as well."""
        for message in reversed(self.messages):
            if message.text == text:
                message.expire(OFFER_MS)
                return

    def offer_file(self, text: str, path: Path) -> None:
        """Offer to open a file that the newest message with this text is about, and its folder."""
        file, folder = QUrl.fromLocalFile(str(path)), QUrl.fromLocalFile(str(path.parent))
        self.offer(text, "Open", lambda: QDesktopServices.openUrl(file))
        self.offer(text, "Show in folder", lambda: QDesktopServices.openUrl(folder))

    def end_topic(self, topic: str) -> None:
        """Remove the messages of a topic."""
        for message in [shown for shown in self.messages if shown.topic == topic]:
            self.remove(message)

    def remove(self, message: Message) -> None:
        """Remove a message."""
        if message in self.messages:
            self.messages.remove(message)
            self._layout.removeWidget(message)
            message.hide()
            message.deleteLater()


class Message(QFrame):
    """One message with its level, topic and button."""

    def __init__(self, level: str, text: str, bar: MessageBar) -> None:
        super().__init__(bar)
        self.level = level
        self.text = text
        self.topic = ""
        self._times = 1
        self.setAutoFillBackground(True)
        self.buttons: dict[str, QToolButton] = {}
        layout = self._row = QHBoxLayout(self)
        layout.setContentsMargins(10, 5, 6, 5)
        self._symbol = QLabel()
        self._label = QLabel(whole_sentence(text))
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)  # otherwise the second line of a long text is cut
        self._label.setSizePolicy(policy)
        self._close = QToolButton()
        self._close.setIcon(icons.icon("close"))
        self._close.setAutoRaise(True)
        self._close.setToolTip("Close this message")
        self._close.setAccessibleName("Close this message")
        self._close.clicked.connect(lambda: bar.remove(self))
        layout.addWidget(self._symbol)
        layout.addWidget(self._label, 1)
        layout.addWidget(self._close)
        self._set_colors()
        self._timeout = QTimer(self)
        self._timeout.setSingleShot(True)
        self._timeout.timeout.connect(lambda: bar.remove(self))
        if level == "info":
            self._timeout.start(INFO_MS)

    @property
    def shown_text(self) -> str:
        """The text of the label: the message, and how often it was repeated."""
        return self._label.text()

    def add_button(self, label: str, action: Callable[[], object]) -> None:
        """Add a button for an action; it replaces an earlier one with the same label."""
        if label in self.buttons:
            self.buttons.pop(label).deleteLater()
        button = self.buttons[label] = QToolButton()
        button.setText(label)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        connect(button.clicked, action)
        self._row.insertWidget(self._row.indexOf(self._close), button)
        if self._timeout.isActive():
            self._timeout.start(OFFER_MS)

    def expire(self, milliseconds: int) -> None:
        """Remove the message after this time."""
        self._timeout.start(milliseconds)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._set_colors()
        super().changeEvent(event)

    def _set_colors(self) -> None:
        self._symbol.setPixmap(icons.icon(self.level).pixmap(18, 18))
        palette = QPalette(QGuiApplication.palette())
        colors = theme.colors(palette)
        strong = {"info": colors.accent, "warning": colors.warning, "error": colors.error}[self.level]
        base = palette.color(QPalette.ColorRole.Base)
        palette.setColor(QPalette.ColorRole.Window, theme.mix(base.rgba(), strong.rgba(), 9))
        self.setPalette(palette)

    def count_up(self) -> None:
        """Count a repetition of the message."""
        self._times += 1
        self._label.setText(f"{whole_sentence(self.text)}  (×{self._times})")
