"""Symbols (messages), variables and signals of a SYM file, as cantools accepts them."""

from __future__ import annotations

import re

from canmcast_gui.database.problems import MAX_BITS, MAX_SIGNALS, MAX_STEPS, Lines, Problems
from canmcast_gui.database.sym import fields
from canmcast_gui.frames.units import MAX_EXTENDED_ID, MAX_STANDARD_ID

# A symbol may have a range of ids, with a node number in the lowest bits. A wider range is a typing error.
MAX_IDS = 2_048
MAX_MESSAGES = 20_000

_PLAIN_TYPES = frozenset(("unsigned", "signed", "float", "double", "bit", "char", "string", "raw"))
_KEPT = frozenset(("CycleTime",))
_IGNORED = frozenset(
    ("timeout", "mininterval", "color", "title", "uniquevariables", "floatdecimalplaces", "brs")
)


class _Symbol:
    """A symbol while its lines are read."""

    def __init__(self, line: int, name: str) -> None:
        self.line = line
        self.name = name
        self.ids = ""
        self.extended = False
        self.texts: list[str] = []
        self.multiplexer = ""
        self.range: tuple[int, int] | None = None
        self.comment = ""


class Symbols:
    """Rewrites the lines of symbols. ``lines`` are those of messages and signals in the file."""

    def __init__(self, enums: dict[str, str], problems: Problems) -> None:
        self.lines: Lines = {}
        self._enums = enums
        self._problems = problems
        self._signals: set[str] = set()
        self._multiplexed: dict[str, tuple[int, int]] = {}
        self._messages = 0
        self._prepared = self._steps = 0
        self._symbols = 0

    def signal(self, line: int, text: str) -> str:
        """A line of the section of signals; "" where it cannot be read."""
        split = fields.split_comment(text)
        found = fields.LINE.match(split.text)
        signal = fields.SIGNAL.match(found["rest"]) if found and found["key"].lower() == "sig" else None
        if found is None or signal is None:
            self._problems.left_out(line, f"a signal that cannot be read: {text[:40]}")
            return ""
        name = fields.unquoted(signal["name"])
        kind, extra = self._type(line, signal["type"])
        length = int(signal["length"] or 0)
        if kind in ("signed", "unsigned", "string", "raw") and not 0 < length <= MAX_BITS:
            self._problems.left_out(line, f"signal {name} of {length} bits")
            return ""
        self._signals.add(name)
        attributes = self._attributes(line, found["rest"][signal.end() :])
        motorola = " -m" if "-m" in signal["flags"].split() else ""
        return f"Sig={fields.quoted(name)} {kind} {length}{motorola}{extra}{attributes}{split.comment}"

    def section(self, lines: list[tuple[int, str]]) -> list[str]:
        """The lines of a section of symbols."""
        texts: list[str] = []
        symbol: _Symbol | None = None
        self._symbols = sum(text.startswith("[") for _, text in lines)
        for line, text in lines:
            if text.startswith("["):
                texts += self._finished(symbol)
                symbol = _Symbol(line, text.split("//")[0].strip().strip("[]").strip('" '))
            elif symbol is not None:
                self._add(symbol, line, text)
            elif text.partition("=")[0].strip().lower() not in _IGNORED:
                self._problems.left_out(line, f"not a part of a symbol: {text[:40]}")
        return texts + self._finished(symbol)

    # -- lines of a symbol -------------------------------------------------------------------------------

    def _add(self, symbol: _Symbol, line: int, text: str) -> None:
        split = fields.split_comment(text)
        found = fields.LINE.match(split.text)
        key = found["key"].lower() if found else ""
        rest = found["rest"] if found else ""
        if key == "id":
            self._add_ids(symbol, line, rest, split.comment)
        elif key == "type":
            symbol.extended = "extended" in rest.lower()
        elif key in ("len", "dlc"):
            self._add_number(symbol, line, "Len", rest)
        elif key == "cycletime":
            self._add_number(symbol, line, "CycleTime", rest)
        elif key == "mux":
            self._add_multiplexer(symbol, line, rest, split.comment)
        elif key == "var":
            self._add_variable(symbol, line, rest, split.comment)
        elif key == "sig":
            self._add_signal(symbol, line, rest)
        elif key not in _IGNORED:
            self._problems.left_out(line, f"symbol {symbol.name}: {text[:40]} cannot be read")

    def _add_ids(self, symbol: _Symbol, line: int, text: str, comment: str) -> None:
        found = fields.IDS.match(text)
        try:
            first = fields.number(found["first"]) if found else -1
            last = fields.number(found["last"]) if found and found["last"] else first
        except ValueError:
            first = last = -1
        if not 0 <= first <= last <= MAX_EXTENDED_ID:
            self._problems.left_out(line, f"symbol {symbol.name}: {text[:20]} is not an id")
            return
        if last - first >= MAX_IDS:
            self._problems.left_out(
                line, f"symbol {symbol.name}: all but {MAX_IDS:,} of {last - first + 1:,} ids"
            )
            last = first + MAX_IDS - 1
        symbol.range, symbol.comment = (first, last), comment
        # cantools takes an id of nine characters for an extended one
        symbol.extended |= last > MAX_STANDARD_ID or bool(
            found and len(found["first"].rstrip("hH").removeprefix("0x")) == 8
        )

    def _add_number(self, symbol: _Symbol, line: int, key: str, text: str) -> None:
        found = re.match(r"\d{1,7}(?![\w])", text)
        if found is None or (key == "Len" and 8 * int(found.group()) > MAX_BITS):
            self._problems.left_out(line, f"symbol {symbol.name}: {key} {text[:20]}")
            return
        symbol.texts.append(f"{key}={int(found.group())}")

    def _add_multiplexer(self, symbol: _Symbol, line: int, text: str, comment: str) -> None:
        found = fields.MULTIPLEXER.match(text)
        if found is None or symbol.multiplexer or not 0 < int(found["length"]) <= 64:
            self._problems.left_out(line, f"symbol {symbol.name}: Mux={text[:40]}")
            return
        motorola = " -m" if "-m" in found["flags"].split() else ""
        value = fields.number(found["value"]) if _is_number(found["value"]) else int(found["value"], 16)
        name = fields.unquoted(found["name"])
        symbol.multiplexer = (
            f"Mux={fields.quoted(name)} {found['start']},{found['length']} {value}{motorola}{comment}"
        )
        self.lines.setdefault((symbol.name, name), line)

    def _add_variable(self, symbol: _Symbol, line: int, text: str, comment: str) -> None:
        found = fields.VARIABLE.match(text)
        if found is None or not 0 < int(found["length"]) <= MAX_BITS or int(found["start"]) >= MAX_BITS:
            self._problems.left_out(
                line, f"symbol {symbol.name}: a variable that cannot be read: {text[:40]}"
            )
            return
        name = fields.unquoted(found["name"])
        kind, extra = self._type(line, found["type"])
        motorola = " -m" if "-m" in found["flags"].split() else ""
        attributes = self._attributes(line, text[found.end() :])
        self.lines.setdefault((symbol.name, name), line)
        symbol.texts.append(
            f"Var={fields.quoted(name)} {kind} {found['start']},{found['length']}"
            f"{motorola}{extra}{attributes}{comment}"
        )

    def _add_signal(self, symbol: _Symbol, line: int, text: str) -> None:
        found = fields.PLACED.match(text)
        name = fields.unquoted(found["name"]) if found else ""
        if found is None or name not in self._signals or int(found["start"]) >= MAX_BITS:
            self._problems.left_out(
                line, f"symbol {symbol.name}: signal {text[:40]} is not defined in the file"
            )
            return
        self.lines.setdefault((symbol.name, name), line)
        symbol.texts.append(f"Sig={fields.quoted(name)} {found['start']}")

    def _type(self, line: int, text: str) -> tuple[str, str]:
        """The type for cantools, and an attribute where the type is the name of an enumeration."""
        if text.lower() in _PLAIN_TYPES:
            return text.lower(), ""
        name = fields.unquoted(text)
        if name in self._enums:
            return "unsigned", f" /e:{self._enums[name]}"
        self._problems.repaired(line, f"type {name} is not defined in the file: read as an unsigned integer")
        return "unsigned", ""

    def _attributes(self, line: int, text: str) -> str:
        texts, problems = fields.attributes(text, self._enums)
        for problem in problems:
            self._problems.left_out(line, problem)
        return f" {texts}" if texts else ""

    # -- a whole symbol ----------------------------------------------------------------------------------

    def _finished(self, symbol: _Symbol | None) -> list[str]:
        """The lines of a complete symbol; none where it is not a message."""
        if symbol is None:
            return []
        known = self._multiplexed.get(symbol.name)
        problem = self._problem_of(symbol, known)
        if problem:
            self._problems.left_out(symbol.line, f"symbol {symbol.name}{problem}")
            return []
        texts = [f"[{fields.quoted(symbol.name)}]"]
        if symbol.range is not None and known is None:
            texts.append(_id_line(symbol, *symbol.range))
            if symbol.multiplexer:
                self._multiplexed[symbol.name] = symbol.range
        self.lines.setdefault((symbol.name, ""), symbol.line)
        return [*texts, *filter(None, [symbol.multiplexer]), *symbol.texts]

    def _problem_of(self, symbol: _Symbol, known: tuple[int, int] | None) -> str:
        """Why a symbol cannot be a message, or "". ``known`` are the ids of a multiplexed symbol."""
        if known is not None and (not symbol.multiplexer or symbol.range not in (None, known)):
            return ": its name is that of a multiplexed one"
        ids = known or symbol.range
        if ids is None:
            return " has no id"
        if not self._is_affordable(symbol, ids):
            return ": too many signals of too many ids"
        if known is None:
            self._messages += ids[1] - ids[0] + 1
            if self._messages > MAX_MESSAGES:
                return f": more than {MAX_MESSAGES:,} messages"
        return ""

    def _is_affordable(self, symbol: _Symbol, ids: tuple[int, int]) -> bool:
        """Whether cantools can prepare the signals of a symbol for each of its ids.

        For each id of a multiplexed symbol it searches all symbols of the section.
        """
        count = ids[1] - ids[0] + 1
        signals, steps = count * len(symbol.texts), count * self._symbols if symbol.multiplexer else 0
        if self._prepared + signals > MAX_SIGNALS or self._steps + steps > MAX_STEPS:
            return False
        self._prepared += signals
        self._steps += steps
        return True


def _id_line(symbol: _Symbol, first: int, last: int) -> str:
    digits = 8 if symbol.extended else 3
    until = f" -{last:0{digits}X}h" if last > first else ""
    return f"ID={first:0{digits}X}h{until}{symbol.comment}"


def _is_number(text: str) -> bool:
    return text.endswith("h") or text.isdecimal()
