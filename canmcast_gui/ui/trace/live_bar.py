"""The bar above a trace view: whether it follows the bus, is paused, or is scrolled back."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.ui import theme
from canmcast_gui.ui.actions import connect
from canmcast_gui.wording import counted

QWIDGETSIZE_MAX = (1 << 24) - 1  # not part of PySide6
PAUSED, SCROLLED, FOLLOWING, NOTHING = "paused", "scrolled", "following", ""


@dataclass(frozen=True)
class LiveState:
    """``kind`` is one of QWIDGETSIZE_MAX = (1 << 24) - 1  # not part of PySide6
    PAUSED, SCROLLED, FOLLOWING and NOTHING; ``newer`` counts what is not shown."""

    kind: str = NOTHING
    newer: int = 0

    @property
    def text(self) -> str:
        """The sentence of the bar."""
        if self.kind == PAUSED:
            return f"Paused – {counted(self.newer, 'newer frame')}"
        if self.kind == SCROLLED:
            newer = counted(self.newer, "newer row")
            return f"Scrolled back – {newer}" if self.newer else "Auto-scroll is off"
        return "Live – the newest frames are shown"

    @property
    def short_text(self) -> str:
        """The text beside the overview."""
        if self.kind in (PAUSED, SCROLLED) and self.newer:
            return f"{'Paused' if self.kind == PAUSED else 'Scrolled back'} – {self.newer:,} newer"
        return "Live – newest frames" if self.kind == FOLLOWING else self.text.partition(" – ")[0]


_BUTTONS = {PAUSED: "Resume (Space)", SCROLLED: "Jump to newest (Ctrl+End)"}
# The widest short text, for the place beside the overview.
_WIDEST = LiveState(SCROLLED, 99_999_999)
_TIPS = {
    PAUSED: "Show the newest frames again",
    SCROLLED: "Follow the newest frame again",
}


class LiveBar(QWidget):
    """It keeps its place while a bus is open, so that rows never move and none is covered.

    A bar over the rows would cover the newest ones, which are at the lower edge, or the header. Beside the
    overview it has two short lines, so that both take the height of one. ``jump`` asks the view to follow the
    newest frame.
    """

    jump = Signal()

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._paused_at = 0
        self.state = LiveState()
        self.label = QLabel()
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.button = QToolButton()
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys work wherever the focus is
        self._is_beside = False
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(8, 1, 4, 1)
        self._line.addWidget(self.label, 1)
        self._line.addWidget(self.button)
        self._set_size()
        connect(self.button.clicked, self._on_button)
        session.state_changed.connect(self._on_session)
        session.clock.paused_changed.connect(self._on_paused)
        session.document.replaced.connect(lambda: self._on_paused(session.clock.paused))
        self._on_paused(session.clock.paused)
        self.hide()

    def set_beside(self, is_beside: bool) -> None:
        """Whether the bar is beside the overview: two short lines instead of a long one."""
        if is_beside != self._is_beside:
            self._is_beside = is_beside
            directions = QBoxLayout.Direction
            self._line.setDirection(directions.TopToBottom if is_beside else directions.LeftToRight)
            self._line.setSpacing(1)
            self._set_size()
            self._show_text()

    def _set_size(self) -> None:
        """The size with the widest texts and the button, also without them."""
        self.button.setText(max(_BUTTONS.values(), key=len))
        button, text = self.button.sizeHint(), self.fontMetrics().size(0, _WIDEST.short_text)
        self.button.setText(_BUTTONS.get(self.state.kind, ""))
        if self._is_beside:
            self.setFixedSize(max(text.width(), button.width()) + 16, text.height() + button.height() + 4)
        else:
            self.setFixedHeight(button.height() + 2)
            self.setMinimumWidth(0)
            self.setMaximumWidth(QWIDGETSIZE_MAX)

    def _show_text(self) -> None:
        self.label.setText(self.state.short_text if self._is_beside else self.state.text)
        self.setToolTip(self.state.text)

    def show_view(self, following: bool, rows_below: int) -> None:
        """Show whether the view follows the newest frame, else how many rows are below the visible ones."""
        if self._session.clock.paused:
            newer = self._session.document.recording.end_row - self._paused_at
            self._show(LiveState(PAUSED, max(newer, 0)))
        elif self._session.state not in (SessionState.LIVE, SessionState.CONNECTING):
            self._show(LiveState())
        else:
            self._show(LiveState(FOLLOWING) if following else LiveState(SCROLLED, rows_below))

    def _show(self, state: LiveState) -> None:
        if state == self.state:
            return
        changed, self.state = state.kind != self.state.kind, state
        if state.kind:
            self._show_text()
        if changed:
            self.setVisible(bool(state.kind))
            # Without a button while following: a click that comes too late must not pause the view.
            self.button.setVisible(state.kind in _BUTTONS)
            self.button.setText(_BUTTONS.get(state.kind, ""))
            self.button.setToolTip(_TIPS.get(state.kind, ""))
            self._set_colors()

    def _on_button(self) -> None:
        if self.state.kind == SCROLLED:
            self.jump.emit()
        else:
            self._session.clock.set_paused(False)

    def _on_paused(self, _paused: bool) -> None:
        self._paused_at = self._session.document.recording.end_row

    def _on_session(self) -> None:
        """Hide the bar where the bus is closed; the view shows it again at its next tick."""
        if self.state.kind and self._session.state is SessionState.FILE:
            self._show(LiveState())

    # -- colors ------------------------------------------------------------------------------------------

    def _set_colors(self) -> None:
        """Yellow while paused, the accent color while scrolled back, plain while following."""
        colors = theme.colors(self.palette())
        font = self.font()
        font.setBold(self.state.kind == PAUSED)
        self.label.setFont(font)
        palette = QPalette(self.palette())
        muted = self.state.kind in (FOLLOWING, NOTHING)
        text = colors.muted if muted else palette.color(QPalette.ColorRole.Text)
        palette.setColor(QPalette.ColorRole.WindowText, text)
        self.label.setPalette(palette)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colors = theme.colors(self.palette())
        wanted = {PAUSED: colors.warning, SCROLLED: colors.accent}.get(self.state.kind)
        painter = QPainter(self)
        if wanted is not None:
            painter.fillRect(self.rect(), theme.tint(wanted.name(), self.palette()))
            painter.fillRect(0, 0, 4, self.height(), wanted)
        painter.setPen(colors.line)
        painter.drawLine(self.rect().bottomLeft(), self.rect().bottomRight())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "button"):
            self._set_colors()
        elif event.type() == QEvent.Type.FontChange and hasattr(self, "button"):
            self._set_size()
