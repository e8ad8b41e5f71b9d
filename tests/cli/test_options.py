"""The bus options and their settings."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from canmcast_gui.cli.options import any_bus_option_given, bus_options, bus_settings_from, log_parts
from canmcast_gui.cli.program import program
from canmcast_gui.transport import DEFAULT_GROUP_IPV4, BusSettings


def settings_of(*arguments: str) -> tuple[BusSettings, bool]:
    """The settings of a command line, and whether it named any bus option."""
    found = []

    @click.command()
    @click.option("--other")
    @bus_options
    @click.pass_context
    def command(context: click.Context, **values: object) -> None:
        found.append((bus_settings_from(values), any_bus_option_given(context)))

    result = CliRunner().invoke(command, arguments, standalone_mode=False)
    if result.exception:
        raise result.exception
    return found[0]


def test_without_options_the_bus_is_the_default_one():
    assert settings_of() == (BusSettings(), False)
    assert settings_of("--other", "x") == (BusSettings(), False)


def test_the_help_names_the_real_defaults():
    @click.command()
    @bus_options
    def command() -> None: ...

    text = " ".join(CliRunner().invoke(command, ["--help"], terminal_width=200).output.split())
    assert f"[default: {BusSettings().group}]" in text
    assert f"[default: {BusSettings().port}]" in text
    assert f"[default: {BusSettings().hop_limit}]" in text


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--group", "239.1.2.3"], BusSettings(group="239.1.2.3")),
        (["--port", "5000"], BusSettings(port=5000)),
        (["--interface", "lo"], BusSettings(interface="lo")),
        (["--hop-limit", "0"], BusSettings(hop_limit=0)),
        (["--no-fd"], BusSettings(fd=False)),
        (["--receive-buffer", "212992"], BusSettings(receive_buffer=212992)),
        (["--local"], BusSettings(group=DEFAULT_GROUP_IPV4, hop_limit=0, local=True)),
        (["--local", "--group", "239.1.2.3"], BusSettings(group="239.1.2.3", hop_limit=0, local=True)),
    ],
)
def test_each_option_is_a_setting(arguments, expected):
    assert settings_of(*arguments) == (expected, True)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--group", "10.0.0.1"], "multicast"),
        (["--group", "bus"], "multicast"),
        (["--port", "70000"], "70000"),
        (["--hop-limit", "-1"], "-1"),
        (["--local", "--hop-limit", "3"], "--local"),
    ],
)
def test_what_no_bus_can_have_is_wrong_usage(arguments, reason):
    with pytest.raises(click.UsageError, match=reason):
        settings_of(*arguments)


def test_files_without_an_offset_have_none():
    files = [Path("a.log"), Path("b.log"), Path("c.log")]
    assert [(part.path, part.offset_ns) for part in log_parts(files, [1.5, -0.25])] == [
        (files[0], 1_500_000_000),
        (files[1], -250_000_000),
        (files[2], 0),
    ]
    with pytest.raises(click.UsageError, match="--offset is given 2 times for 1 file"):
        log_parts(files[:1], [1.0, 2.0])


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e300", "9" * 5000])
@pytest.mark.parametrize(
    "arguments",
    [
        ["convert", __file__, "out.asc", "--offset"],
        ["export", __file__, "out.csv", "--from"],
        ["export", __file__, "out.csv", "--to"],
        ["export", __file__, "out.csv", "--every"],
        ["play", __file__, "--offset"],
        ["play", __file__, "--from"],
        ["play", __file__, "--to"],
        ["play", __file__, "--speed"],
        ["play", __file__, "--limit"],
        ["send", "123#00", "--period"],
        ["generate", "--rate"],
        ["record", "out.asc", "--duration"],
        ["record", "out.asc", "--split-frames"],
        ["doctor", "--duration"],
        ["fuzz", "--rate"],
        ["dump", "--port"],
        ["dump", "--receive-buffer"],
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(arguments, number):
    result = CliRunner().invoke(program, [*arguments, number])
    assert (result.exit_code, "Invalid value for" in result.output) == (2, True), result.output
