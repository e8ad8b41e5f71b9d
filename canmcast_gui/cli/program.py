"""The command line of ``canmcast``: loads commands on demand, reports errors in one line."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from canmcast_gui import __version__
from canmcast_gui.cli.terminal import printable_error
from canmcast_gui.frames.errors import UserError
from canmcast_gui.wording import printable

# Names and their lines in --help, so that --help and --version import no command.
COMMANDS = {
    "monitor": "Show the newest frame of each id, live in the terminal.",
    "dump": "Print frames in candump's line format.",
    "send": "Send frames, once or periodically.",
    "generate": "Send numbered frames at a given rate.",
    "record": "Record received frames to a log file.",
    "fuzz": "Send random frames until another node responds.",
    "play": "Send the frames of log files with their recorded timing.",
    "recover": "List or save recordings that a crash left.",
    "convert": "Convert log files to another format.",
    "info": "Summarize a log file.",
    "export": "Write signal values of a log file as a table.",
    "bridge": "Forward frames between channels.",
    "serve": "Let other tools use a channel over the socketcand protocol.",
    "doctor": "Check why no frames arrive.",
    "interfaces": "List the network interfaces.",
    "channels": "List the kinds of channels and the devices found.",
}


# Commands with a package of their own; all others are in cli/commands.
_MODULES = {"serve": "canmcast_gui.cli.socketcand.command"}


class Failure(click.ClickException):
    """The work failed: the reason goes to stderr as one line, and the exit code is 1."""

    def show(self, file: Any = None) -> None:
        """Print the reason."""
        click.echo(f"canmcast: {printable(' '.join(self.message.split()))}", file=file or sys.stderr)


class Program(click.Group):
    """A group whose commands are modules of this package, imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(_MODULES.get(cmd_name, f"canmcast_gui.cli.commands.{cmd_name}"))
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; errors for the user become one line and an exit code."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            _forget_stdout()
            ctx.exit(0)
        except KeyboardInterrupt:
            raise Failure("interrupted") from None
        except click.UsageError as error:
            raise printable_error(error) from error
        except (OSError, UserError) as error:
            raise Failure(str(error)) from error
        return result


def _forget_stdout() -> None:
    """The reader of stdout closed it: the interpreter must not report that at its end."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)


@click.command(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="canmcast")
def program() -> None:
    """CAN and CAN FD over UDP multicast, without a window.

    Data goes to stdout, everything else to stderr. "canmcast COMMAND --help" lists its options.
    """
