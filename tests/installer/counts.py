"""Counts of the code: how many modules, how long, how many in a package, and habits that are to stay rare.

To print them:

    python -m tests.installer.counts
"""

import ast
import graphlib
import statistics
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp

PROJECT = Path(__file__).parents[2]
PACKAGE = PROJECT / "canmcast_gui"
TESTS = PROJECT / "tests"
WAITS = "qtbot.wait", "time.sleep", "QTest.qWait"
# Of named tuples; of python-can, which has no public name for the socket of a bus or the check of a message.
ALLOWED = "_replace", "_asdict", "_fields", "_multicast", "_socket", "_check"


@cache
def lines(root: Path = PACKAGE) -> dict[Path, int]:
    """The modules below a folder, and their lines."""
    return {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sorted(root.rglob("*.py"))}


def modules_by_package() -> Counter[str]:
    """How many modules are directly in each package, its ``__init__`` among them."""
    return Counter(str(path.parent.relative_to(PROJECT)) for path in lines())


def import_cycle() -> list[str]:
    """A cycle of imports, those for type checkers only among them; empty where there is none."""
    graph = grimp.build_graph("canmcast_gui", cache_dir=None)
    imported = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        graphlib.TopologicalSorter(imported).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def nodes(root: Path) -> Iterator[tuple[Path, ast.AST]]:
    """Each node of the syntax trees of the modules below a folder."""
    for path in lines(root):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield path, node


def private_uses() -> list[str]:
    """Where tests use a private attribute of an object that is not their own ``self`` or ``cls``."""
    return [
        f"{path.relative_to(PROJECT)}:{node.lineno}: {ast.unparse(node)}"
        for path, node in nodes(TESTS)
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and node.attr not in ALLOWED
        and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
    ]


def fixed_waits() -> list[str]:
    """Where tests wait for a fixed time instead of a condition: a wait that no loop repeats."""
    found = []
    for path in lines(TESTS):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        repeated = {
            id(node)
            for loop in ast.walk(tree)
            if isinstance(loop, ast.While | ast.For)
            for node in ast.walk(loop)
        }
        found += [
            f"{path.relative_to(PROJECT)}:{node.lineno}: {ast.unparse(node)}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func) in WAITS and id(node) not in repeated
        ]
    return [one for one in found if not one.startswith("tests/benchmarks")]


def untyped_signals() -> list[str]:
    """Where a Qt signal carries any object."""
    return [
        f"{path.relative_to(PROJECT)}:{node.lineno}"
        for path, node in nodes(PACKAGE)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Signal"
        and any(isinstance(one, ast.Name) and one.id == "object" for one in node.args)
    ]


def untyped_dicts() -> list[str]:
    """Where a public function takes or returns ``dict[str, Any]``."""
    return [
        f"{path.relative_to(PROJECT)}:{node.lineno}: {node.name}"
        for path, node in nodes(PACKAGE)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and any("dict[str, Any]" in ast.unparse(one) for one in annotations(node))
    ]


def annotations(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    """The types of a function's parameters, and what it returns."""
    arguments = function.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if argument.annotation is not None:
            yield argument.annotation
    if function.returns is not None:
        yield function.returns


def function_lines(root: Path = PACKAGE) -> list[int]:
    """The lines of each function, decorators left out."""
    return [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for _, node in nodes(root)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def main() -> None:
    """Print all counts."""
    sizes = list(lines().values())
    functions = sorted(function_lines())
    counts = [
        (len(sizes), f"modules, {sum(sizes)} lines"),
        (round(statistics.median(sizes)), "lines in the median module"),
        (sum(size < 50 for size in sizes), "modules under 50 lines"),
        (sum(size > 300 for size in sizes), "modules over 300 lines"),
        (round(statistics.median(functions)), "lines in the median function"),
        (functions[len(functions) * 95 // 100], "lines in 95 % of all functions at most"),
        *((count, f"modules in {package}") for package, count in modules_by_package().most_common(3)),
        (len(import_cycle()), "modules in a cycle of imports"),
        (len(private_uses()), "private attributes used in tests"),
        (len(fixed_waits()), "fixed waits in tests"),
        (len(untyped_signals()), "Qt signals that carry any object"),
        (len(untyped_dicts()), "public functions with dict[str, Any]"),
    ]
    for count, meaning in counts:
        print(f"{count:6} {meaning}")


if __name__ == "__main__":
    main()
