"""A module that writes numbered lines on standard error, reports that, and ends with its input."""

import sys

if __name__ == "__main__":
    count, code = int(sys.argv[1]), int(sys.argv[2])
    sys.stderr.writelines(f"line {number}\n" for number in range(count))
    sys.stderr.flush()
    print("written", flush=True)
    sys.stdin.read()
    sys.exit(code)
