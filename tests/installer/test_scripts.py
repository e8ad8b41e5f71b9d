"""The set-up scripts, in a project of their own with stand-ins for what would change this computer."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
TOOLS = ("sh", "cat", "cksum", "grep", "find", "rm", "dirname", "env", "uname", "true", "mktemp")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")

INSTALLED = "echo 'install ok installed'"
MISSING_TWO = "case \"$*\" in *cursor*|*egl*) exit 1;; esac; echo 'install ok installed'"


class Sandbox:
    """A copy of the scripts in a folder with a space in its name, and a PATH that holds stand-ins only."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "my project"
        self.bin = folder / "bin"
        self.bin.mkdir(parents=True)
        shutil.copytree(PROJECT / "installer", self.project / "installer")
        shutil.copy(PROJECT / "pyproject.toml", self.project)
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.add_command("id", "echo 1000")
        self.log = folder / "calls"

    def add_command(self, name: str, script: str = "", folder: Path | None = None) -> Path:
        """A command that says in ``log`` how it was called and then runs ``script``."""
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.bin.parent}/calls"\n{script}\n')
        path.chmod(0o755)
        return path

    @property
    def calls(self) -> list[str]:
        """How stand-ins were called."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command with the sandbox's PATH only."""
        return subprocess.run(
            command,
            cwd="/",
            env={"PATH": str(self.bin), **environment},
            capture_output=True,
            text=True,
            timeout=20,
        )

    def functions(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a line of shell with the functions of setup.sh."""
        start = f'set -eu; project="{self.project}"; . "$project/installer/setup.sh"; '
        return self.run("sh", "-c", start + script, **environment)

    def set_up(self, kind: str = "run") -> None:
        """Make an environment that looks as if a set-up had finished."""
        folder = self.project / ".venv" / "bin"
        self.add_command("python", 'case "$1" in -V) echo Python 3.99;; esac', folder)
        for name in ("canmcast", "canmcast-gui"):
            self.add_command(name, folder=folder)
        assert self.functions(f'fingerprint >"$venv/{kind}.stamp"').returncode == 0
        self.log.unlink()


@pytest.fixture
def sandbox(tmp_path) -> Sandbox:
    return Sandbox(tmp_path)


# -- Python ----------------------------------------------------------------------------------------------


def test_the_first_python_that_is_new_enough_is_taken(sandbox):
    sandbox.add_command("python3", "exit 1")
    sandbox.add_command("python3.12", "exit 0")
    assert sandbox.functions('find_python; echo "$python"').stdout == "python3.12\n"


def test_a_python_that_is_named_comes_first(sandbox):
    sandbox.add_command("python3", "exit 0")
    mine = sandbox.add_command("py", "exit 0", sandbox.bin.parent / "a place")
    assert sandbox.functions('find_python; echo "$python"', PYTHON=str(mine)).stdout == f"{mine}\n"


def test_without_any_it_says_what_to_do(sandbox):
    sandbox.add_command("python3", "exit 1")
    result = sandbox.functions("find_python")
    assert result.returncode == 1
    assert "sudo apt-get install python3 python3-venv" in result.stderr


def test_without_venv_it_says_what_to_do(sandbox):
    sandbox.add_command("python3", 'case "$*" in *venv*) exit 1;; *print*) echo 3.99;; esac')
    result = sandbox.run("sh", str(sandbox.project / "installer" / "run.sh"))
    assert result.returncode == 1
    assert "sudo apt-get install python3.99-venv" in result.stderr


# -- system packages -------------------------------------------------------------------------------------


def test_nothing_is_done_where_nothing_is_missing(sandbox):
    sandbox.add_command("dpkg-query", INSTALLED)
    sandbox.add_command("apt-get")
    result = sandbox.functions("install_packages $qt_packages")
    assert (result.returncode, result.stderr) == (0, "")
    assert not [call for call in sandbox.calls if call.startswith("apt-get")]


def test_root_installs_what_is_missing(sandbox):
    sandbox.add_command("id", "echo 0")
    sandbox.add_command("dpkg-query", MISSING_TWO)
    sandbox.add_command("apt-get")
    result = sandbox.functions("install_packages $qt_packages")
    assert result.returncode == 0
    (call,) = [call for call in sandbox.calls if call.startswith("apt-get")]
    assert call.endswith(" libegl1 libxcb-cursor0")


def test_root_fetches_the_lists_where_they_are_missing(sandbox):
    sandbox.add_command("id", "echo 0")
    sandbox.add_command("dpkg-query", MISSING_TWO)
    sandbox.add_command("apt-get", f'[ -f "{sandbox.bin}/lists" ] || {{ : >"{sandbox.bin}/lists"; exit 1; }}')
    assert "Please run" not in sandbox.functions("install_packages $qt_packages").stderr
    assert [call.split()[1] for call in sandbox.calls if call.startswith("apt-get")] == [
        "install",
        "update",
        "install",
    ]


@pytest.mark.parametrize("sudo", [None, "exit 1"], ids=["no sudo", "sudo wants a password"])
def test_others_get_the_command_to_run(sudo, sandbox):
    sandbox.add_command("dpkg-query", MISSING_TWO)
    sandbox.add_command("apt-get")
    if sudo:
        sandbox.add_command("sudo", sudo)
    result = sandbox.functions("install_packages $qt_packages")
    assert result.returncode == 0
    assert "    sudo apt-get install libegl1 libxcb-cursor0\n" in result.stderr
    assert not [call for call in sandbox.calls if call.startswith("apt-get")]


def test_sudo_without_a_password_is_used(sandbox):
    sandbox.add_command("dpkg-query", MISSING_TWO)
    sandbox.add_command("sudo", 'shift; exec "$@"')
    sandbox.add_command("apt-get")
    assert "Please run" not in sandbox.functions("install_packages $qt_packages").stderr
    assert any(call.startswith("apt-get install") for call in sandbox.calls)


def test_a_system_without_debian_s_packages_is_told_their_names(sandbox):
    result = sandbox.functions("install_packages libegl1")
    assert result.returncode == 0
    assert "libegl1" in result.stderr


# -- starting --------------------------------------------------------------------------------------------


def start(sandbox: Sandbox, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return sandbox.run("sh", str(sandbox.project / "installer" / "run.sh"), *arguments, **environment)


@pytest.mark.parametrize("kind", ["run", "test"])
def test_the_second_start_takes_no_set_up(kind, sandbox):
    sandbox.set_up(kind)
    result = start(sandbox, "--port", "5", DISPLAY=":5")
    assert (result.returncode, result.stderr) == (0, "")
    assert sandbox.calls[-1] == "canmcast-gui --demo --port 5"
    assert not [call for call in sandbox.calls if "pip" in call or "venv" in call]


def test_a_changed_project_file_is_set_up_again(sandbox):
    sandbox.set_up()
    with (sandbox.project / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    sandbox.add_command("python3", 'case "$*" in *venv*) exit 1;; esac')
    assert "setting up" in start(sandbox).stderr


def test_an_environment_for_running_does_for_no_tests(sandbox):
    sandbox.set_up("run")
    assert sandbox.functions("is_set_up run").returncode == 0
    assert sandbox.functions("is_set_up test").returncode == 1


def test_without_a_display_it_says_so_and_monitors_in_the_terminal(sandbox):
    sandbox.set_up()
    result = start(sandbox, "--port", "5")
    assert len(result.stderr.splitlines()) == 1
    assert "no display" in result.stderr
    assert sandbox.calls[-1] == "canmcast monitor --demo --port 5"


def test_a_display_that_cannot_be_opened_counts_as_none(sandbox):
    sandbox.set_up()
    sandbox.add_command(
        "python",
        'case "$*" in -V) echo Python 3.99;; *QGui*) kill -ABRT $$;; esac',
        sandbox.project / ".venv" / "bin",
    )
    sandbox.add_command("dpkg-query", INSTALLED)
    result = start(sandbox, DISPLAY=":5")
    assert "no window can be opened" in result.stderr
    assert "Abort" not in result.stderr
    assert sandbox.calls[-1] == "canmcast monitor --demo"


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_is_the_window_s_even_without_a_display(option, sandbox):
    sandbox.set_up()
    assert start(sandbox, option).returncode == 0
    assert sandbox.calls[-1] == f"canmcast-gui {option}"


# -- testing ---------------------------------------------------------------------------------------------


def test_every_check_runs_and_arguments_go_to_pytest(sandbox):
    sandbox.set_up("test")
    for name in ("ruff", "mypy", "lint-imports"):
        sandbox.add_command(name, folder=sandbox.project / ".venv" / "bin")
    for name in ("xvfb-run", "xauth", "ip"):
        sandbox.add_command(name)
    result = sandbox.run("sh", str(sandbox.project / "installer" / "test.sh"), "-k", "one thing")
    assert result.returncode == 0, result.stderr
    steps = [
        call for call in sandbox.calls if call.split()[0] in ("ruff", "mypy", "lint-imports", "xvfb-run")
    ]
    assert steps[:4] == ["ruff check .", "ruff format --check .", "mypy ", "lint-imports "]
    assert steps[4].endswith("python -m pytest -k one thing")


@pytest.mark.parametrize(("long", "others", "status"), [(0, 0, 0), (7, 0, 7), (0, 9, 9)])
def test_without_arguments_long_tests_run_beside_all_others_and_any_may_fail(sandbox, long, others, status):
    sandbox.set_up("test")
    for name in ("ruff", "mypy", "lint-imports"):
        sandbox.add_command(name, folder=sandbox.project / ".venv" / "bin")
    for name in ("xauth", "ip"):
        sandbox.add_command(name)
    by_kind = f'*"-m long") echo "of long runs"; exit {long};; *) echo "of others"; exit {others};;'
    sandbox.add_command("xvfb-run", f'case "$*" in {by_kind} esac')
    result = sandbox.run("sh", str(sandbox.project / "installer" / "test.sh"))
    assert result.returncode == status, result.stderr
    assert "of others\nof long runs" in result.stdout
    calls = sorted(call.partition("pytest ")[2] for call in sandbox.calls if call.startswith("xvfb-run"))
    assert calls == ["-m long", "-m not long"]


def test_each_python_that_is_named_has_an_environment_of_its_own(sandbox):
    programs = [sandbox.add_command(f"python{version}", f"echo {version}") for version in ("3.98", "3.99")]
    for name in ("xvfb-run", "xauth", "ip"):
        sandbox.add_command(name)
    for version, status in (("3.98", 4), ("3.99", 0)):
        folder = sandbox.project / f".venv-{version}"
        sandbox.add_command("python", 'case "$1" in -V) echo Python 3.99;; esac', folder / "bin")
        sandbox.add_command("ruff", f"exit {status}", folder / "bin")
        for name in ("mypy", "lint-imports"):
            sandbox.add_command(name, folder=folder / "bin")
        stamp = sandbox.functions(f'venv="{folder}"; fingerprint >"$venv/test.stamp"')
        assert stamp.returncode == 0
    named = [f"PYTHON={program}" for program in programs]
    result = sandbox.run("sh", str(sandbox.project / "installer" / "test.sh"), *named, "tests/frames")
    assert result.returncode == 4
    lines = result.stderr.splitlines()
    assert lines[-2:] == [f"canmcast: {programs[0]}: failed (4)", f"canmcast: {programs[1]}: passed"]
    (tests,) = [call for call in sandbox.calls if call.startswith("xvfb-run")]
    assert tests.endswith("python -m pytest tests/frames")


def test_a_python_that_is_too_old_is_not_replaced_by_another(sandbox):
    old = sandbox.add_command("python2", "exit 1")
    result = sandbox.run("sh", str(sandbox.project / "installer" / "test.sh"), PYTHON=str(old))
    assert result.returncode == 1
    assert result.stderr == f"canmcast: {old} is not a Python 3.11 or newer\n"


def test_a_check_that_fails_ends_it(sandbox):
    sandbox.set_up("test")
    sandbox.add_command("ruff", "exit 3", sandbox.project / ".venv" / "bin")
    for name in ("xvfb-run", "xauth", "ip"):
        sandbox.add_command(name)
    assert sandbox.run("sh", str(sandbox.project / "installer" / "test.sh")).returncode == 3
    assert not [call for call in sandbox.calls if "pytest" in call]


def test_the_gate_is_exactly_the_test_command():
    lines = (PROJECT / ".ci" / "run").read_text().splitlines()
    assert lines[0].endswith("bash")
    assert "set -eu" in lines
    assert lines[-1] == "exec sh installer/test.sh"
    assert os.access(PROJECT / ".ci" / "run", os.X_OK)
