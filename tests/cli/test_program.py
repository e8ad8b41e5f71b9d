"""The command line as a whole: commands, help, and errors."""

import json
import shlex
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from canmcast_gui import __version__
from canmcast_gui.cli.program import COMMANDS, program
from canmcast_gui.frames.errors import UserError
from tests.cli.conftest import COMMAND, PROJECT, assert_one_line

SLOW = ("numpy", "can", "cantools", "msgpack", "psutil", "rich", "PySide6")


def test_version(canmcast):
    result = canmcast("--version")
    assert (result.returncode, result.stdout) == (0, f"canmcast, version {__version__}\n")


def test_help_lists_every_command(canmcast):
    result = canmcast("--help")
    assert result.returncode == 0
    assert [line.split()[0] for line in result.stdout.split("Commands:")[1].splitlines() if line] == list(
        COMMANDS
    )


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_answers_that_need_nothing_import_nothing_slow(option):
    script = (
        "import json, sys\n"
        "from canmcast_gui.cli.program import program\n"
        f"program([{option!r}], standalone_mode=False)\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    modules = json.loads(result.stdout.splitlines()[-1])
    assert not set(SLOW) & set(modules)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name):
    result = CliRunner().invoke(program, [name, "--help"], prog_name="canmcast")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: canmcast {name} ")


def test_commands_import_no_qt():
    names = list(COMMANDS)
    imports = "from canmcast_gui.cli.program import program"
    imports += f"; [program.get_command(None, name) for name in {names}]"
    script = f"{imports}; import sys; sys.exit(any('PySide6' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], cwd=PROJECT).returncode == 0


@pytest.mark.parametrize(
    "arguments", [["frobnicate"], ["dump", "--count", "0"], ["send"], ["info"], ["convert", "one"]]
)
def test_wrong_usage_is_exit_code_2(arguments):
    result = CliRunner().invoke(program, arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr
    assert not result.stdout


def test_every_error_for_the_user_is_one_line(monkeypatch):
    def fail():
        raise UserError("The third line is wrong.")

    monkeypatch.setattr("canmcast_gui.cli.commands.info.command", click.Command("info", callback=fail))
    result = CliRunner().invoke(program, ["info"])
    assert (result.exit_code, result.stderr) == (1, "canmcast: The third line is wrong.\n")


def test_what_the_system_refuses_is_one_line(canmcast):
    assert_one_line(canmcast("dump", "--interface", "nope0"), 1, "nope0")


def test_a_closed_output_is_not_an_error(canmcast, network, bus, start):
    generate = start("generate", *bus, "--rate", "2000", "--duration", "10")
    pipe = shlex.join([*COMMAND, "dump", *bus])
    result = subprocess.run(
        ["sh", "-c", f"{pipe} | head -n 3"], cwd=PROJECT, capture_output=True, text=True, timeout=20
    )
    generate.interrupt().result()
    assert len(result.stdout.splitlines()) == 3
    assert [line for line in result.stderr.splitlines() if "listening" not in line] == []
