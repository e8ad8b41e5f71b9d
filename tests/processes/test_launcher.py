"""Processes are started in one module, which reads their standard error and keeps the end of it."""

import ast
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import canmcast_gui
from canmcast_gui.processes.launcher import TAIL_BYTES, ModuleProcess

PACKAGE = Path(canmcast_gui.__file__).parent
WORKER = "tests.processes.writer"
STARTS = {
    "subprocess", "multiprocessing", "pty", "runpy", "QProcess", "ProcessPoolExecutor", "Popen", "fork",
    "forkpty", "system", "popen", "create_subprocess_exec", "create_subprocess_shell", "posix_spawn",
    "posix_spawnp", "startfile", "spawnv", "spawnve", "spawnl", "spawnlp", "execv", "execve", "execvp",
    "execvpe", "execl", "execle", "execlp", "execlpe",
}  # fmt: skip


def names(module: Path) -> Iterator[str]:
    """All names that a module imports and all attributes that it uses, if it contains a name of STARTS."""
    text = module.read_text(encoding="utf-8")
    if not any(name in text for name in STARTS):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module == "multiprocessing.connection":
            continue  # connects processes, and starts none
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (part for alias in node.names for part in alias.name.split("."))
            yield from (getattr(node, "module", None) or "").split(".")
        elif isinstance(node, ast.Attribute):
            yield node.attr


def test_only_the_launcher_starts_processes():
    starting = {
        str(module.relative_to(PACKAGE)): found
        for module in PACKAGE.rglob("*.py")
        if (found := STARTS.intersection(names(module)))
    }
    assert list(starting) == [str(Path("processes", "launcher.py"))], starting


@pytest.fixture
def start() -> Iterator:
    """A function that starts the writer, which is ended after the test."""
    started: list[ModuleProcess] = []

    def begin(*arguments: object) -> ModuleProcess:
        started.append(
            ModuleProcess(WORKER, [str(argument) for argument in arguments], stdin=True, stdout=True)
        )
        return started[-1]

    yield begin
    for process in started:
        process.end()


@pytest.mark.parametrize("parts", [["", "/opt/some"], ["/opt/some", ""], [""]])
def test_the_working_folder_is_not_searched_for_modules(parts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(parts))
    process = ModuleProcess("site", stdout=True)  # which prints the folders that are searched for modules
    found = process.stdout.read().decode()
    process.end()
    assert repr(str(tmp_path)) not in found
    assert ("/opt/some" in found) == ("/opt/some" in parts)


def test_what_is_written_on_standard_error_never_blocks(start):
    process = start(200_000, 3)
    assert process.stdout.readline() == b"written\n"
    process.stdin.close()
    assert process.how_it_ended() == "ended with exit code 3: line 199999"


def test_only_the_end_of_standard_error_is_kept(start):
    process = start(100_000, 0)
    process.stdin.close()
    assert process.wait(20)
    kept = process.error_output()
    assert len(kept) <= TAIL_BYTES
    assert kept.endswith("line 99998\nline 99999\n")


def test_an_end_without_output_is_described(start):
    process = start(0, 0)
    process.stdin.close()
    assert process.how_it_ended() == "ended with exit code 0"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows counts handles")
def test_the_end_leaves_no_thread_and_no_descriptor(start):
    before = psutil.Process().num_fds()
    process = start(10, 0)
    process.end()
    assert not process.running()
    assert "canmcast-stderr" not in {thread.name for thread in threading.enumerate()}
    assert psutil.Process().num_fds() == before
