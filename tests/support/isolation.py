"""Move this process and its child processes into a private network."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

ENTERED = "CANMCAST_TEST_NETWORK"


def enter_private_network() -> str | None:
    """Enter a network namespace with one loopback interface that delivers multicast.

    Returns None if that worked, or if a parent process has done it, otherwise the reason. An ordinary user
    needs a user namespace, which the kernel creates only for processes with one thread.
    """
    if os.environ.get(ENTERED) == "1":
        return None
    if not sys.platform.startswith("linux"):
        return f"{sys.platform} has no network namespaces"
    reason = _unshare() or _set_up_loopback()
    if reason is None:
        os.environ[ENTERED] = "1"
    return reason


def _unshare() -> str | None:
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWNET if uid == 0 else CLONE_NEWUSER | CLONE_NEWNET):
        return f"unshare: {os.strerror(ctypes.get_errno())}"
    if uid != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    return None


def _set_up_loopback() -> str | None:
    commands = (
        "ip link set lo up",
        "ip link set lo multicast on",
        "ip route add 224.0.0.0/4 dev lo",
        # a plain "multicast" route over lo would be turned into a reject route; "local" delivers
        "ip -6 route add local ff00::/8 dev lo table local",
    )
    try:
        for command in commands:
            subprocess.run(command.split(), check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"{command}: {error}"
    return None
