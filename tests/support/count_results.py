#!/usr/bin/env python3
"""count_results.py FOLDER JUNIT: the cases of a test run, one line "N passed, N failed" at the end.

FOLDER holds what the programs (NAME.xml, GoogleTest) and the scripts (NAME.tap) reported; JUNIT is ctest's own list of
what it ran. Whatever is not known to have passed counts as failed: a case that was skipped, a program that died before
it could report, one that reported nothing. Ends with 1 unless everything passed and there was something to pass.
"""
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def gtest_cases(file):
    for case in ElementTree.parse(file).getroot().iter("testcase"):
        passed = case.get("result") == "completed" and case.find("failure") is None
        yield f"{case.get('classname')}.{case.get('name')}", passed


def tap_cases(file):
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("ok - "):
            yield line[len("ok - "):], True
        elif line.startswith("not ok - "):
            yield line[len("not ok - "):], False


def reported_cases(folder, name):
    """The cases of one ctest entry; none when it left no report that can be read."""
    try:
        if (folder / f"{name}.xml").exists():
            return list(gtest_cases(folder / f"{name}.xml"))
        if (folder / f"{name}.tap").exists():
            return list(tap_cases(folder / f"{name}.tap"))
    except ElementTree.ParseError:
        pass
    return []


def entry_cases(folder, entry):
    name = entry.get("name")
    cases = reported_cases(folder, name)
    succeeded = entry.get("status") == "run" and entry.find("failure") is None
    if not cases or (not succeeded and all(passed for _, passed in cases)):
        cases.append((f"{name} (as a whole)", False))
    return cases


def all_cases(folder, junit):
    try:
        entries = ElementTree.parse(junit).getroot().iter("testcase")
    except (OSError, ElementTree.ParseError):
        return [("ctest left no report", False)]
    return [case for entry in entries for case in entry_cases(folder, entry)]


def main():
    cases = all_cases(pathlib.Path(sys.argv[1]), sys.argv[2])
    failed = [name for name, passed in cases if not passed]
    for name in failed:
        print(f"failed: {name}")
    print(f"{len(cases) - len(failed)} passed, {len(failed)} failed")
    return 0 if cases and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
