"""Run a command under a kernel that has SocketCAN, on a computer whose own kernel has none.

Debian's package user-mode-linux is a Linux kernel that runs as an ordinary program, boots in a few seconds
and needs no privilege. Here it has the files of this computer, a network of its own, and the CAN interfaces
vcan0 and vcan1, classic and FD. Nothing that happens in that network leaves it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.support.isolation import ENTERED

INTERFACES = ("vcan0", "vcan1")
MEMORY = "1024M"
PACKAGES = "user-mode-linux kmod iproute2 can-utils"

_MODULES = Path("/usr/lib/uml/modules")
_CAN_MODULES = (
    "net/can/can",
    "net/can/can-raw",
    "drivers/net/can/dev/can-dev",
    "drivers/net/can/vcan",
)
_PROGRAMS = ("ip", "insmod", "candump", "cansend", "cangen")


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed to standard output and standard error."""

    code: int
    output: str


def why_not() -> str | None:
    """Why there is no SocketCAN for tests, with what to install; None if there is."""
    missing = [name for name in _PROGRAMS if shutil.which(name) is None]
    if _kernel() is None or not any(_MODULES.glob("*/kernel")):
        missing.insert(0, "a user-mode kernel")
    return f"no {', '.join(missing)} (apt-get install {PACKAGES})" if missing else None


def run(command: list[str], seconds: float) -> Ended:
    """Run a command in the project's folder under the kernel, whose life ends after ``seconds``."""
    kernel = _kernel()
    assert kernel is not None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        init = folder / "init"
        init.write_text(_script(command, folder))
        init.chmod(0o755)
        options = ["rootfstype=hostfs", "rootflags=/", "rw", "con=null", "con0=null", "quiet"]
        booted = subprocess.Popen(
            [kernel, f"mem={MEMORY}", *options, f"init={init}", f"uml_dir={folder}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # it has several processes
        )
        try:
            messages, _ = booted.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(booted.pid, 9)
            messages, _ = booted.communicate()
        output = folder / "output"
        text = output.read_text(errors="replace") if output.exists() else ""
        code = folder / "code"
        if not code.exists():
            tail = messages.decode(errors="replace")[-2000:]
            return Ended(-1, f"{text}\nthe kernel ended before the command, or after {seconds:g} s:\n{tail}")
        return Ended(int(code.read_text()), text)


def _kernel() -> str | None:
    return shutil.which("linux.uml") or shutil.which("linux")


def _script(command: list[str], folder: Path) -> str:
    """What the kernel runs as its first process; the files of this computer are its own."""
    modules = max(_MODULES.glob("*/kernel"))
    environment = {**os.environ, ENTERED: "1"}
    lines = [
        "#!/bin/sh",
        "mount -t proc proc /proc; mount -t sysfs sysfs /sys",
        "mount -t tmpfs tmpfs /dev/shm || { mkdir -p /dev/shm; mount -t tmpfs tmpfs /dev/shm; }",
        "mkdir -p /dev/pts; mount -t devpts devpts /dev/pts",
        *(f"insmod {modules / module}.ko" for module in _CAN_MODULES),
        "ip link set lo up; ip link set lo multicast on; ip route add 224.0.0.0/4 dev lo",
        *(
            f"ip link add {name} type vcan; ip link set {name} mtu 72; ip link set {name} up"
            for name in INTERFACES
        ),
        *(
            f"export {name}={shlex.quote(value)}"
            for name, value in environment.items()
            if name.isidentifier()
        ),
        f"cd {shlex.quote(str(Path(__file__).parents[2]))}",
        f"{shlex.join(command)} </dev/null >{shlex.quote(str(folder / 'output'))} 2>&1",
        f"echo $? >{shlex.quote(str(folder / 'code'))}",
        "sync; halt -f",
    ]
    return "\n".join(lines) + "\n"
