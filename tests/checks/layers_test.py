#!/usr/bin/env python3
"""layers_test.py ROOT: the check finds every kind of breach in samples, and none in the tree at ROOT."""
import pathlib
import sys
import tempfile

import layers

# One file each: where it stands, its one line, and a part of what must be said (None: nothing).
SAMPLES = [
    ("common/result/a.hpp", '#include "common/time/clock.hpp"', "common/result may not use"),
    ("common/time/a.cpp", '#include "common/log/log.hpp"', "common/time may not use"),
    ("common/log/a.cpp", '#include "common/json/json.hpp"', "common/log may not use"),
    ("common/process/a.cpp", '#include "common/cli/app.hpp"', "common/process may not use"),
    ("common/postgres/a.cpp", '#include "common/store/store.hpp"', "common/postgres may not use"),
    ("common/store/a.cpp", '#include "common/snapshot/manifest.hpp"', "common/store may not use"),
    ("common/snapshot/a.cpp", '#include "tools/smoke/check.hpp"', "belongs to a tool"),
    ("common/snapshot/a.cpp", '#include "common/store/store.hpp"', None),
    ("common/snapshot/a.cpp", '#include "common/cli/app.hpp"', "common/snapshot may not use"),
    ("common/util/a.cpp", "int x;", "no module of the floor plan"),
    ("common/json/a.cpp", '#include "common/util/a.hpp"', "in no module"),
    ("common/json/a.cpp", '#include "json.hpp"', "not named from the root"),
    ("tools/smoke/a.cpp", '#include "tools/gate-wait/wait.hpp"', "belongs to a tool"),
    ("tools/smoke/a.cpp", '#include "tools/smoke/check.hpp"', None),
    ("tools/smoke/a.cpp", '#include "common/http/client.hpp"', None),
    ("tools/smoke/main.cpp", '#include "common/cli/app.hpp"', None),
    ("tools/smoke/main.cpp", '#include "common/http/client.hpp"', "main.cpp includes"),
    ("tools/split-check/a.cpp", '#include "common/postgres/session.hpp"', "split-check may not use"),
    ("tools/split-check/a.cpp", '#include "common/http/client.hpp"', "split-check may not use"),
    ("tools/split-check/a.cpp", "#include <pg_query.h>", None),
    ("tools/smoke/a.cpp", "#include <pg_query.h>", "is allowed in"),
    ("common/postgres/a.cpp", "#include <libpq-fe.h>", None),
    ("common/postgres/a.hpp", "#include <libpq-fe.h>", "is allowed in"),
    ("common/postgres/a.hpp", "#include <pqxx/pqxx>", "is allowed in"),
    ("common/snapshot/a.cpp", "#include <pqxx/pqxx>", "is allowed in"),
    ("tools/smoke/a.cpp", "#include <curl/curl.h>", "is allowed in"),
    ("common/http/a.cpp", "#include <curl/curl.h>", None),
    ("tools/smoke/a.cpp", "#include <nlohmann/json.hpp>", "is allowed in"),
    ("common/cli/a.cpp", "  #  include <tl/expected.hpp>", "is allowed in"),
    ("tools/smoke/a.cpp", "#include <CLI/CLI.hpp>", "is allowed in"),
    ("tools/smoke/a.cpp", 'auto x = std::getenv("HOME");', "'getenv' is allowed in"),
    ("common/snapshot/a.cpp", "for (char** e = environ; *e; ++e) {}", "'environ' is allowed in"),
    ("common/process/a.cpp", "for (char** e = environ; *e; ++e) {}", None),
    ("common/snapshot/a.cpp", "auto t = std::chrono::system_clock::now();", "is allowed in"),
    ("common/time/a.cpp", "auto t = std::chrono::system_clock::now();", None),
    ("common/log/a.cpp", "// getenv is for others", None),
    ("common/CMakeLists.txt", "sluice_module(time SOURCES a.cpp USES common::log)", "may not link common::log"),
    ("common/CMakeLists.txt", "sluice_module(log SOURCES a.cpp USES common::time)", None),
]


def found_in_sample(path, line):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / path
        file.parent.mkdir(parents=True)
        file.write_text(line + "\n", encoding="utf-8")
        return list(layers.breaches(folder))


def sample_is_right(path, line, wanted):
    found = found_in_sample(path, line)
    return not found if wanted is None else len(found) == 1 and wanted in found[0]


def report(name, passed, details=()):
    print(("ok - " if passed else "not ok - ") + name)
    for detail in details:
        print("#   " + detail)
    return passed


def main():
    results = []
    for path, line, wanted in SAMPLES:
        name = f"layers: {'accepts' if wanted is None else 'refuses'} {line.strip()} in {path}"
        results.append(report(name, sample_is_right(path, line, wanted)))
    tree = list(layers.breaches(sys.argv[1]))
    results.append(report("layers: the tree keeps to the floor plan", not tree, tree))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
