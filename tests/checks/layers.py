#!/usr/bin/env python3
"""Holds the sources to the floor plan: which folder may include what.

layers.py ROOT prints each breach as "file:line: what" and ends with 1 if there is one. The include root is the whole
tree, so the compiler would let any file include any other.
"""
import pathlib
import re
import sys

# What each module may include besides itself: the arrows of the floor plan in the README, all of which point down.
MODULES = {
    "result": set(),
    "time": {"result"},
    "json": {"result"},
    "encoding": set(),
    "crypto": {"result"},
    "log": {"result", "time", "encoding"},
    "ci": {"result"},
    "process": {"result", "time"},
    "cli": {"result", "time", "json", "log", "ci", "process"},
    "http": {"result", "time", "log"},
    "postgres": {"result", "time", "log", "ci", "process"},
    "config": {"result", "time", "json", "log", "ci"},
    "ci_server": {"result", "time", "json", "log", "http", "encoding"},
    "s3": {"result", "time", "json", "log", "ci", "process", "http", "crypto", "encoding"},
    "store": {"result", "time", "json", "log", "ci", "s3", "crypto"},
    "snapshot": {"result", "time", "json", "log", "ci", "process", "postgres", "store", "crypto"},
}
# A tool may use every module but these: split-check runs where there is neither a network nor a database library.
CLOSED_TO_TOOL = {"split-check": {"http", "postgres", "store", "snapshot"}}

# Where a library's headers may appear, so that a change of the library stays in one folder.
LIBRARIES = [
    (r"(pqxx/|pqxx$|libpq-fe\.h)", r"common/postgres/[^/]+\.cpp"),
    (r"curl/", r"common/http/[^/]+\.cpp"),
    (r"nlohmann/", r"common/json/[^/]+"),
    (r"tl/expected", r"common/result/[^/]+"),
    (r"CLI/", r"common/cli/[^/]+"),
    (r"pugixml", r"common/s3/[^/]+\.cpp"),
    (r"openssl/", r"common/crypto/[^/]+\.cpp"),
    (r"pg_query", r"tools/split-check/[^/]+\.cpp"),
]
# Where the outside world may be reached, so that tests can stand in for it.
WORDS = [
    (r"\b(getenv|setenv|putenv|environ)\b", r"common/(ci|process)/[^/]+"),
    (r"\b(system_clock|steady_clock|high_resolution_clock)::now\b|\bgettimeofday\b", r"common/time/[^/]+"),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def own_include_breach(path, included):
    """Why a file of the tree may not include another one, or None."""
    parts, target = path.split("/"), included.split("/")
    if target[0] == "common":
        if len(target) < 3 or target[1] not in MODULES:
            return f"'{included}' is in no module of the floor plan"
        return common_breach(parts, target[1], included)
    if target[0] == "tools":
        if parts[0] == "tools" and target[1] == parts[1]:
            return None
        return f"'{included}' belongs to a tool; only that tool's own files may include it"
    return f"'{included}' is not named from the root of the tree"


def common_breach(parts, module, included):
    if parts[0] == "common":
        allowed = MODULES.get(parts[1], set()) | {parts[1]}
        return None if module in allowed else f"common/{parts[1]} may not use '{included}'"
    if parts[-1] == "main.cpp" and module != "cli":
        return f"main.cpp includes its own tool and common/cli only, not '{included}'"
    if module in CLOSED_TO_TOOL.get(parts[1], set()):
        return f"{parts[1]} may not use '{included}'"
    return None


def library_breach(path, included):
    for pattern, home in LIBRARIES:
        if re.match(pattern, included) and not re.fullmatch(home, path):
            return f"<{included}> is allowed in {home} only"
    return None


def word_breach(path, line):
    code = line.split("//", 1)[0]
    for pattern, home in WORDS:
        found = re.search(pattern, code)
        if found and not re.fullmatch(home, path):
            return f"'{found.group(0)}' is allowed in {home} only"
    return None


def line_breach(path, line):
    include = INCLUDE.match(line)
    if not include:
        return word_breach(path, line)
    own, library = include.groups()
    return own_include_breach(path, own) if own else library_breach(path, library)


def file_breaches(root, file):
    path = file.relative_to(root).as_posix()
    if path.startswith("common/") and path.split("/")[1] not in MODULES:
        yield f"{path}:1: this folder is no module of the floor plan"
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        breach = line_breach(path, line)
        if breach:
            yield f"{path}:{number}: {breach}"


def link_breaches(root):
    """What a module links must be in the table too."""
    lists = root / "common" / "CMakeLists.txt"
    if not lists.exists():
        return
    for name, body in re.findall(r"sluice_module\(\s*([\w-]+)(.*?)\)", lists.read_text(encoding="utf-8"), re.S):
        for used in re.findall(r"common::(\w+)", body):
            if used not in MODULES.get(name, set()):
                yield f"common/CMakeLists.txt: module {name} may not link common::{used}"


def breaches(root):
    root = pathlib.Path(root)
    for folder in ("common", "tools"):
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in (".cpp", ".hpp"):
                yield from file_breaches(root, file)
    yield from link_breaches(root)


def main():
    found = list(breaches(sys.argv[1]))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
