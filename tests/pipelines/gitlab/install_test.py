#!/usr/bin/python3
"""install_test.py BUILD: installs gitlab-ci-local, which the other tests of this folder then find."""
import json
import pathlib
import subprocess
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]

import gcl  # noqa: E402


def main():
    modules = gcl.install(sys.argv[1])
    node = subprocess.run([gcl.node_folder(modules) / "node", "--version"], check=True, capture_output=True, text=True).stdout
    package = json.loads((modules / "gitlab-ci-local" / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((gcl.HERE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    cases = {
        # Older ones ignore an input's regex, newer ones need a node that Debian 13 lacks.
        f"gitlab-ci-local is {package['version']}": package["version"] == "4.73.0",
        f"its node is {node.strip()}, whatever the machine has": node.startswith("v20."),
        "the lock file names no registry, so that every machine asks its own": not any("resolved" in one for one in lock.values()),
        "the lock file knows the checksum of every package": all("integrity" in one for name, one in lock.items() if name),
    }
    for name, right in cases.items():
        print(("ok - " if right else "not ok - ") + name)
    return 0 if all(cases.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
