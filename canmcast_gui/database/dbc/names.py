"""Names that cantools' parser does not take, replaced by such as it takes until it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canmcast_gui.database.dbc.grammar import IS_WORD

if TYPE_CHECKING:
    from cantools.database.can import Database as ParsedDatabase


class SafeNames:
    """Stand-ins for names that begin with a digit or have signs that are no letters."""

    def __init__(self, text: str) -> None:
        self._prefix = "NAME_"
        while self._prefix in text:
            self._prefix += "_"
        self._stand_ins: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def safe(self, name: str) -> str:
        """The name itself, or what stands for it."""
        if IS_WORD.fullmatch(name):
            return name
        if name not in self._stand_ins:
            stand_in = f"{self._prefix}{len(self._stand_ins)}"
            self._stand_ins[name], self._names[stand_in] = stand_in, name
        return self._stand_ins[name]

    def restore(self, parsed: ParsedDatabase) -> None:
        """Give everything in a parsed database its own name again."""
        if not self._names:
            return
        for message in parsed.messages:
            message.name = self._name(message.name)
            message.senders[:] = map(self._name, message.senders)
            for signal in message.signals:
                signal.name = self._name(signal.name)
                signal.receivers = list(map(self._name, signal.receivers))
                if signal.multiplexer_signal is not None:
                    signal.multiplexer_signal = self._name(signal.multiplexer_signal)
            message.refresh(strict=False)
        for node in parsed.nodes:
            node.name = self._name(node.name)
        parsed.refresh()

    def _name(self, name: str) -> str:
        return self._names.get(name, name)
