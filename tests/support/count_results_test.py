#!/usr/bin/env python3
"""The counting at the end of tests/run: nothing that did not pass may count as passed."""
import pathlib
import subprocess
import sys
import tempfile

COUNT = pathlib.Path(__file__).with_name("count_results.py")

# As GoogleTest 1.12 and ctest 3.25 write them.
GTEST = '<testsuites tests="{n}"><testsuite name="S">{cases}</testsuite></testsuites>'
PASSED = '<testcase name="a" classname="S" status="run" result="completed" time="0." />'
FAILED = '<testcase name="b" classname="S" status="run" result="completed"><failure message="x" /></testcase>'
SKIPPED = '<testcase name="c" classname="S" status="run" result="skipped"><skipped message="x" /></testcase>'
DISABLED = '<testcase name="DISABLED_d" classname="S" status="notrun" result="suppressed" />'
RAN = '<testcase name="{0}" classname="{0}" status="run" />'
DIED = '<testcase name="{0}" classname="{0}" status="fail"><failure message="SEGFAULT" /></testcase>'
NOT_RUN = '<testcase name="{0}" classname="{0}" status="notrun"><skipped message="" /></testcase>'


def gtest(*cases):
    return GTEST.format(n=len(cases), cases="".join(cases))


# Name, ctest's entries, the report files, the last lines, the exit code.
SAMPLES = [
    ("adds up programs and scripts", [RAN.format("p"), RAN.format("s")],
     {"p.xml": gtest(PASSED, PASSED), "s.tap": "ok - one\n# note\nok - two\n"}, "4 passed, 0 failed", 0),
    ("counts failures", [DIED.format("p"), DIED.format("s")],
     {"p.xml": gtest(PASSED, FAILED), "s.tap": "ok - one\nnot ok - two\n"}, "2 passed, 2 failed", 1),
    ("says why a program's case failed", [DIED.format("p")], {"p.xml": gtest(FAILED)}, "failed: S.b|  x|0 passed, 1 failed", 1),
    ("says why a script's case failed", [DIED.format("s")],
     {"s.tap": "ok - one\n# note\nnot ok - two\n#   why\n"}, "failed: two|  why|1 passed, 1 failed", 1),
    ("counts a skipped case as failed", [RAN.format("p")], {"p.xml": gtest(PASSED, SKIPPED)}, "1 passed, 1 failed", 1),
    ("counts a disabled case as failed", [RAN.format("p")], {"p.xml": gtest(PASSED, DISABLED)}, "1 passed, 1 failed", 1),
    ("counts a program that died without a report", [DIED.format("p")], {}, "0 passed, 1 failed", 1),
    ("counts a program that died after its report", [DIED.format("p")], {"p.xml": gtest(PASSED)}, "1 passed, 1 failed", 1),
    ("counts a program that ctest did not run", [NOT_RUN.format("p")], {}, "0 passed, 1 failed", 1),
    ("counts half a report as none", [DIED.format("p")], {"p.xml": "<testsuites><testsu"}, "0 passed, 1 failed", 1),
    ("counts a program without cases", [RAN.format("p")], {"p.xml": gtest()}, "0 passed, 1 failed", 1),
    ("ignores the report of an earlier run", [RAN.format("p")],
     {"p.xml": gtest(PASSED), "old.xml": gtest(PASSED)}, "1 passed, 0 failed", 0),
    ("is not content with nothing at all", [], {}, "0 passed, 0 failed", 1),
    ("is not content without ctest's list", None, {"p.xml": gtest(PASSED)}, "0 passed, 1 failed", 1),
]


def counted(entries, files):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
        junit = folder / "ctest.junit"
        if entries is not None:
            junit.write_text(f"<testsuite>{''.join(entries)}</testsuite>", encoding="utf-8")
        return subprocess.run([sys.executable, COUNT, folder, junit], capture_output=True, text=True, check=False)


def main():
    failures = 0
    for name, entries, files, last_lines, code in SAMPLES:
        outcome = counted(entries, files)
        expected = last_lines.split("|")
        right = outcome.stdout.splitlines()[-len(expected):] == expected and outcome.returncode == code
        print(("ok - " if right else "not ok - ") + "count_results: " + name)
        if not right:
            print("#   " + (outcome.stdout + outcome.stderr).replace("\n", "\n#   "))
            failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
