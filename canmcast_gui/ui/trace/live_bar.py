"""The bar above a trace view: whether it follows the bus, is paused, or is scrolled back."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.ui import theme
from canmcast_gui.ui.actions import connect
from canmcast_gui.wording import counted

PAUSED, SCROLLED, FOLLOWING, NOTHING = "paused", "scrolled", "following", ""


@dataclass(frozen=True)
class LiveState:
    """``kind`` is one of PAUSED, SCROLLED, FOLLOWING and NOTHING; ``newer`` counts what is not shown."""

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


_BUTTONS = {PAUSED: "Resume (Space)", SCROLLED: "Jump to newest (Ctrl+End)"}
_TIPS = {
    PAUSED: "Show the newest frames again",
    SCROLLED: "Follow the newest frame again",
}


class LiveBar(QWidget):
    """It keeps its place while a bus is open, so that rows never move and none is covered.

    A bar over the rows would cover the newest ones, which are at the lower edge, or the header. ``jump`` asks
    the view to follow the newest frame.
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
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 1, 4, 1)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.button)
        self._set_height()
        connect(self.button.clicked, self._on_button)
        session.state_changed.connect(self._on_session)
        session.clock.paused_changed.connect(self._on_paused)
        session.document.replaced.connect(lambda: self._on_paused(session.clock.paused))
        self._on_paused(session.clock.paused)
        self.hide()

    def _set_height(self) -> None:
        """The height with the button, also without it."""
        self.button.setText(_BUTTONS[PAUSED])
        self.setFixedHeight(self.button.sizeHint().height() + 2)

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
            self.label.setText(state.text)
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
            self._set_height()
