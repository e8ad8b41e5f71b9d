"""Phrases that text and comments of this project do not use, and what to write in their place.

Each phrase is a regular expression for whole words, in any case. Names that the code defines are read as
words too. To find where phrases occur:

    python -m tests.installer.phrases [PATH ...]
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parents[2]

# phrase: what to write in its place
PHRASES = {
    # words of another voice
    r"anew": "again, or: new; “started anew” is “restarted”",
    r"mend(s|ed|ing)?": "repair (a file or database), fix (a value)",
    r"beyond all (measure|bounds)": "out of range",
    r"shall": "must, or the present tense",
    r"nobody|no one": "no process, no user, no receiver: name who",
    r"somebody|someone": "another node, a user: name who",
    r"anybody|anyone": "any process, any user: name who",
    r"whoever|whosoever": "the caller, the process that …",
    r"whatever": "any, or: name what",
    r"hears? nothing": "does not receive",
    r"(hear|hears|heard|hearing)": "receive",
    r"ears?": "receiver",
    r"(go|goes|going|went) on": "continue",
    r"(lie|lies|lay) (behind|ahead|before)": "be after, be before",
    r"behind": "after (order), by (distance), hidden by",
    r"meanwhile": "in the meantime, while …",
    r"lest": "so that … not",
    r"let alone": "leave unchanged",
    r"once more": "again",
    r"no more": "no longer, at most",
    r"no longer than is needed": "as short as possible",
    r"(?<!there )(is|are|was|were) no(?! (longer|more|less|such|free)\b)": "is not a …",
    r"(comes?|came|coming) in(?! (the|a|any|an|order|pairs)\b)": "arrive",
    r"(stands?|stood) (in|at|for|on|there|here|before|still|among|by|under|after)": "is in …, means",
    r"at most so (many|much)": "at most this number of",
    r"so (many|much) (?!(that|as|for)\b)": "this number of, N",
    r"of its own accord": "automatically",
    r"by itself alone": "alone",
    r"what there is": "name what",
    r"what is (set up|wanted|there)": "name what: the setup, the request, the content",
    r"that is all": "leave it out",
    r"(bear|bears) (it|with|no)": "accept, tolerate",
    r"wounds?|wounded": "damage",
    r"riddles?": "unknown value",
    r"(speak|speaks|spoke|spoken) of": "describe, name",
    r"(tell|tells|told) (apart|of)": "distinguish; report",
    r"(knows?|knew) nothing of": "does not know, is independent of",
    r"(takes?|took) no more": "is full",
    r"(gives?|gave) up": "stop, cancel",
    r"(makes?|made) do with": "use",
    r"(bring|brings|brought) to light": "find, show",
    r"(make|makes|making) sure": "ensure, check",
    r"outlasts?|outlive[sd]?": "remain after",
    r"(thereof|whereof|therein|wherein|thereby|whereby|hence|whence|thence|hither|upon)": "plain words",
    r"homeless|orphans? frames": "unsaved",
    r"heed(s|ed|ing)?": "use, follow, note",
    r"(in|by) vain": "without success",
    r"ought": "should",
    r"amiss": "wrong",
    r"forgoes?|forego": "skip",
    r"(kind|sort)s? of thing": "name it",
    # spelling: US
    r"colou?r(ed|s|ing)?(?<!color)(?<!colored)(?<!colors)(?<!coloring)": "color",
    r"behaviours?": "behavior",
    r"(recogni|reali|organi|normali|initiali|optimi|summari|seriali|minimi)s(e|es|ed|ing|ation)": "…ize",
    r"neighbours?(ing)?": "neighbor",
    r"(grey)(s|ed)?": "gray",
    r"cancell(ed|ing)": "canceled, canceling",
    r"(label|travel|model|signal|total)l(ed|ing)": "one l",
    r"licence[sd]?": "license",
    r"(centre)[sd]?": "center",
    r"catalogue[sd]?": "catalog",
    r"analys(e|ed|es|ing)(?! of)": "analyze",
}
_COMPILED = {phrase: re.compile(rf"\b(?:{phrase})\b", re.IGNORECASE) for phrase in PHRASES}


class Finding(NamedTuple):
    """One place where a phrase stands."""

    path: Path
    line: int
    found: str
    replacement: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: “{self.found}”: write {self.replacement}"


def strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of each string and docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and words of each name that a module defines: “readAll”, “read_all” are “read all”."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                yield node.lineno, words(name)
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, words(name)


def words(name: str) -> str:
    """The words of a name in snake or camel case."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ")


def comments(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each comment; one of several lines is one text."""
    comment: list[str] = []
    first = last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        if comment and token.start[0] != last + 1:
            yield first, "\n".join(comment)
            comment = []
        first = first if comment else token.start[0]
        last = token.start[0]
        comment.append(token.string.lstrip("#: "))
    if comment:
        yield first, "\n".join(comment)


def text_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each piece of a file that a reader reads."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        tree = ast.parse(source)
        yield from (*strings(tree), *names(tree), *comments(source))
    else:
        yield 1, source


def findings(path: Path) -> Iterator[Finding]:
    """Each phrase in a file, with its line: of a string of several lines in code, nearly."""
    shown = path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path
    for first, text in text_of(path):
        for phrase, pattern in _COMPILED.items():
            for match in pattern.finditer(re.sub(r"\s", " ", text)):
                line = first + text.count("\n", 0, match.start())
                yield Finding(shown, line, match[0], PHRASES[phrase])


def files(*roots: str) -> list[Path]:
    """The Python, Markdown and shell files below folders, or the files themselves; this list is left out."""
    found: list[Path] = []
    for root in roots:
        path = PROJECT / root
        inside = [path] if path.is_file() else sorted(path.rglob("*"))
        found += [one for one in inside if one.suffix in (".py", ".md", ".sh") and one != Path(__file__)]
    return found


def main(roots: list[str]) -> int:
    """Print what is found; the exit code says whether anything was."""
    everything = [
        "canmcast_gui",
        "tests",
        "installer",
        "resources",
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
    ]
    found = [one for path in files(*(roots or everything)) for one in findings(path)]
    print(*found, f"{len(found)} found", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
