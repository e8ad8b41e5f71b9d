"""Comments (CM_) whose quotes or semicolons are not where they should be."""

from __future__ import annotations

from canmcast_gui.database.dbc import grammar
from canmcast_gui.database.dbc.layout import Layout
from canmcast_gui.database.dbc.statements import Statement
from canmcast_gui.database.notes import Notes


def mend_comment(statement: Statement, layout: Layout, notes: Notes) -> str:
    """The comment's statement as the parser takes it, "" where it is about nothing that there is."""
    found = statement.match or grammar.COMMENT.match(statement.text) or grammar.UNQUOTED.match(statement.text)
    if found is None:
        notes.left_out(statement.line, "a comment that cannot be read")
        return ""
    target = layout.target(found)
    if target is None:
        if not layout.is_orphan(found["id"] or found["id2"]):
            what = (
                f"signal {found['name'].strip()} of message {found['id']}"
                if found["kind"]
                else (f"message {found['id2']}")
            )
            notes.left_out(statement.line, f"a comment on {what}, which the file does not have")
        return ""
    if statement.match is not None:
        return f"CM_ {target}{found['text']};"
    body, flaws = _body(found["text"])
    notes.mended(statement.line, f"a comment: {flaws}")
    return f'CM_ {target}"{body}";'


def _body(text: str) -> tuple[str, str]:
    """The comment's own text as the parser takes it, and what was wrong around it."""
    text, flaws = text.strip(), []
    if text.endswith(";"):
        text = text[:-1].rstrip()
    else:
        flaws.append("its semicolon is missing")
    quoted = text.startswith('"')
    text = text.removeprefix('"')
    if not quoted:
        flaws.append("its quotes are missing")
    elif not text.endswith('"'):
        flaws.append("its closing quote is missing")
    text = text.removesuffix('"')
    if '"' in text.replace('\\"', ""):
        flaws.append("it has quotes inside")
    text = text.replace('\\"', '"').replace('"', '\\"')
    return (f"{text} " if text.endswith("\\") else text), ", ".join(flaws) or "not written as it should be"
