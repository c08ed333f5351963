#!/usr/bin/env python3
"""count_results.py FOLDER JUNIT: the cases of a test run, one line "N passed, N failed" at the end,
above it each case that failed and what it said.

FOLDER holds what the programs (NAME.xml, GoogleTest) and the scripts (NAME.tap) reported; JUNIT is ctest's own list of
what it ran. Whatever is not known to have passed counts as failed: a case that was skipped, a program that died before
it could report, one that reported nothing. Ends with 1 unless everything passed and there was something to pass.
"""
import dataclasses
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

# Enough for what was expected and what came; the whole stands in the log above.
SAID_LINES = 20


@dataclasses.dataclass
class Case:
    name: str
    passed: bool
    said: list = dataclasses.field(default_factory=list)


def gtest_cases(file):
    for case in ElementTree.parse(file).getroot().iter("testcase"):
        failures = case.findall("failure")
        passed = case.get("result") == "completed" and not failures
        said = [line for failure in failures for line in failure.get("message", "").splitlines()]
        yield Case(f"{case.get('classname')}.{case.get('name')}", passed, said)


def tap_cases(file):
    """What a script says of a case stands in lines "# ..." behind it."""
    case = Case("", True)
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith(("ok - ", "not ok - ")):
            verdict, name = line.split(" - ", 1)
            case = Case(name, verdict == "ok")
            yield case
        elif line.startswith("#"):
            case.said.append(line[1:].strip())


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
    if not cases or (not succeeded and all(case.passed for case in cases)):
        cases.append(Case(f"{name} (as a whole)", False))
    return cases


def all_cases(folder, junit):
    try:
        entries = ElementTree.parse(junit).getroot().iter("testcase")
    except (OSError, ElementTree.ParseError):
        return [Case("ctest left no report", False)]
    return [case for entry in entries for case in entry_cases(folder, entry)]


def main():
    cases = all_cases(pathlib.Path(sys.argv[1]), sys.argv[2])
    failed = [case for case in cases if not case.passed]
    for case in failed:
        print("\n".join([f"failed: {case.name}"] + [f"  {line}" for line in case.said[:SAID_LINES]]))
    print(f"{len(cases) - len(failed)} passed, {len(failed)} failed")
    return 0 if cases and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
