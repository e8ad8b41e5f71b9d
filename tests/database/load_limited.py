"""A process that loads database files with limited memory; prints the result for each as a line of JSON."""

import json
import re
import sys
import time
from pathlib import Path

from canmcast_gui.database import DatabaseError, load_database

# The parser, its modules and numpy take 700 MB of addresses before anything is loaded.
ADDRESS_SPACE = 2 << 30


def main() -> None:
    """Load each file of the arguments."""
    import resource

    import cantools.database  # noqa: F401  its time is not that of the first file

    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    for path in sys.argv[1:]:
        start = time.process_time()
        try:
            database = load_database(path)
            found = {
                "names": [one.name for one in database.messages],
                "problems": [str(one) for one in database.problems[:5]],
            }
        except DatabaseError as error:
            found = {"error": str(error)}
        found |= {"seconds": time.process_time() - start}
        print(json.dumps({"path": path, "peak_mb": peak_mb(), **found}), flush=True)


def peak_mb() -> float:
    """The peak memory of this process. The value of getrusage() starts with that of the parent process."""
    (line,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(line) / 1024


if __name__ == "__main__":
    main()
