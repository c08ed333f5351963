#!/usr/bin/python3
"""truth_table_test.py BUILD: which jobs a pipeline has, for each kind, event and change, by gitlab-ci-local's list of jobs.

A row names the jobs that must be there, and how they start where that is not by success; all others must be absent.
"""
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]

import gcl  # noqa: E402
import sandbox  # noqa: E402

CODE, MIGRATION = {"src/app.py": "print(2)\n"}, {"migrations/0002_b.sql": "SELECT 2;\n"}
CHANGES = {"code": CODE, "migrations": MIGRATION, "both": CODE | MIGRATION}
START = "split release"
FIRST = "first-split fill first-deploy fill-smoke fill-delivered"
CODE_JOBS = "code-deploy code-smoke code-delivered"
CODE_BACK = "code-rollback-after-deploy:on_failure code-rollback-after-smoke:on_failure"
MIGRATE = "migrations-protect migrations-migrate migrations-smoke migrations-delivered migrations-restore-now:manual"
MIGRATE_BACK = "migrations-restore-after-migrate:on_failure migrations-restore-after-smoke:on_failure"
CHILD = {"SLUICE_STARTED_BY": "sluice"}
# GitLab gives a merge request's pipeline no CI_COMMIT_BRANCH.
MERGE_REQUEST = {"CI_COMMIT_BRANCH": ""}

# template, inputs, event, variables, change, jobs after the prefix
ONE = "separated-one-pipeline"
ROWS = [
    *[(ONE, {}, "push", {}, change, START) for change in CHANGES],
    *[(ONE, {}, "push", {"CI_COMMIT_BRANCH": "feature"}, change, "") for change in CHANGES],
    *[(ONE, {}, "merge_request_event", MERGE_REQUEST, change, "guard") for change in CHANGES],
    (ONE, {"rehearsal": True}, "merge_request_event", MERGE_REQUEST, "code", "guard"),
    (ONE, {"rehearsal": True}, "merge_request_event", MERGE_REQUEST, "migrations", "guard migrations-rehearsal"),
    (ONE, {"rehearsal": True}, "merge_request_event", MERGE_REQUEST, "both", "guard migrations-rehearsal"),
    *[(ONE, {}, event, {"PIPELINE_KIND": kind}, "both", START)
      for event in ("schedule", "web") for kind in ("auto", "code", "migrations")],
    *[(ONE, {"kind": kind}, "web", {}, "both", START) for kind in ("code", "migrations")],
    (ONE, {}, "schedule", {}, "migrations", START),
    (ONE, {}, "web", {"PIPELINE_KIND": "first"}, "both", FIRST),
    (ONE, {"kind": "first"}, "push", {}, "both", FIRST),
    (ONE, {"kind": "first"}, "web", {"PIPELINE_KIND": "auto"}, "both", START),
    (ONE, {}, "web", {"PIPELINE_KIND": "recover"}, "both", "fill fill-smoke"),
    (ONE, {}, "schedule", {"PIPELINE_KIND": "data"}, "both", ""),
    (ONE, {}, "web", {"PIPELINE_KIND": "everything"}, "both", ""),
    (ONE, {}, "parent_pipeline", CHILD | {"PIPELINE_KIND": "code"}, "code", CODE_JOBS),
    (ONE, {"rollback": "auto"}, "parent_pipeline", CHILD | {"PIPELINE_KIND": "code"}, "code", f"{CODE_JOBS} {CODE_BACK}"),
    (ONE, {}, "parent_pipeline", CHILD | {"PIPELINE_KIND": "migrations"}, "migrations", f"{MIGRATE} {MIGRATE_BACK}"),
    (ONE, {"gate": "wait", "rehearsal": True}, "parent_pipeline", CHILD | {"PIPELINE_KIND": "migrations"}, "migrations",
     f"{MIGRATE} {MIGRATE_BACK} migrations-gate migrations-rehearsal"),
    (ONE, {"gate": "manual", "restore": "manual"}, "parent_pipeline", CHILD | {"PIPELINE_KIND": "migrations"}, "migrations",
     f"{MIGRATE} migrations-gate:manual"),
    (ONE, {"restore": "off"}, "parent_pipeline", CHILD | {"PIPELINE_KIND": "migrations"}, "migrations",
     MIGRATE.replace(" migrations-restore-now:manual", "")),
    # A child that somebody else started, or of no known kind, does nothing, which GitLab takes for an error.
    (ONE, {}, "parent_pipeline", {"PIPELINE_KIND": "migrations"}, "migrations", ""),
    (ONE, {}, "parent_pipeline", CHILD | {"PIPELINE_KIND": "refuse"}, "both", ""),
    *[("separated-code", {}, "push", {}, change, START) for change in CHANGES],
    ("separated-code", {}, "schedule", {}, "code", ""),
    ("separated-code", {}, "web", {"PIPELINE_KIND": "migrations"}, "code", ""),
    ("separated-code", {}, "web", {}, "code", START),
    ("separated-code", {}, "merge_request_event", MERGE_REQUEST, "both", ""),
    ("separated-code", {}, "parent_pipeline", {"PIPELINE_KIND": "code", "SLUICE_STARTED_BY": "code"}, "code",
     CODE_JOBS.replace("code-", "")),
    # A migration that was pushed waits for its own pipeline, and is run by none that is not.
    ("separated-code", {}, "parent_pipeline", {"PIPELINE_KIND": "migrations", "SLUICE_STARTED_BY": "code"}, "migrations", "later"),
    ("separated-migrations", {}, "parent_pipeline", {"PIPELINE_KIND": "migrations", "SLUICE_STARTED_BY": "code"}, "migrations", ""),
    *[("separated-migrations", {}, "push", {}, change, "") for change in CHANGES],
    ("separated-migrations", {}, "schedule", {}, "migrations", START),
    ("separated-migrations", {}, "web", {}, "migrations", START),
    ("separated-migrations", {}, "schedule", {"PIPELINE_KIND": "data"}, "migrations", ""),
    ("separated-migrations", {}, "merge_request_event", MERGE_REQUEST, "both", ""),
    ("separated-migrations", {}, "parent_pipeline", {"PIPELINE_KIND": "code", "SLUICE_STARTED_BY": "migrations"}, "code", "later"),
    ("separated-migrations", {}, "parent_pipeline", {"PIPELINE_KIND": "migrations", "SLUICE_STARTED_BY": "migrations"}, "migrations",
     f"{MIGRATE} {MIGRATE_BACK}".replace("migrations-", "")),
    *[("split-guard", {}, "merge_request_event", MERGE_REQUEST, change, "guard") for change in CHANGES],
    *[("split-guard", {}, event, {}, "both", "") for event in ("push", "schedule", "web")],
    *[("data-pipeline", {}, event, {"PIPELINE_KIND": "data"}, "both",
       "snapshot verify prune refresh refresh") for event in ("schedule", "web")],
    *[("data-pipeline", {}, event, {}, "both", "") for event in ("push", "schedule", "web", "merge_request_event")],
]
PREFIX = {"separated-one-pipeline": "sluice", "separated-code": "code", "separated-migrations": "migrations",
          "split-guard": "split", "data-pipeline": "data"}
BASE = {"src/app.py": "print(1)\n", "migrations/0001_a.sql": "SELECT 1;\n"}


def wanted(template, jobs):
    named = (job.split(":") for job in jobs.split())
    return sorted((f"{PREFIX[template]}-{name}", *(how or ["on_success"])) for name, *how in named)


def found(tool, folder, event, variables):
    listed = tool.listed(folder, variables=variables, source=event)
    # A job of a matrix is listed once for each of its values: data-refresh: [acceptance].
    return sorted((job["name"].split(":")[0], job["when"]) for job in listed if job["when"] != "never")


def title(template, inputs, event, variables, change):
    said = " ".join(f"{name}={value}" for name, value in (inputs | variables).items())
    return f"truth table: {template}, {event}, {change} changed{', ' if said else ''}{said}"


def check_rows(tool, template, inputs, rows):
    """One repository for all rows that share a pipeline, one branch for each change."""
    passed = True
    with sandbox.repository(sandbox.including(template, **inputs), BASE) as folder:
        for change, files in CHANGES.items():
            sandbox.git(folder, "checkout", "-q", "-b", change, "main")
            sandbox.commit(folder, files)
        for _, _, event, variables, change, jobs in rows:
            sandbox.git(folder, "checkout", "-q", change)
            on_main = {"CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}
            there, right = found(tool, folder, event, on_main | variables), wanted(template, jobs)
            print(("ok - " if there == right else "not ok - ") + title(template, inputs, event, variables, change))
            if there != right:
                print(f"#   there: {there}\n#   right: {right}")
            passed = passed and there == right
    return passed


def the_bridge_says_who_starts_it(tool):
    """gitlab-ci-local is not asked to run it; its child is told by this variable who started it."""
    with sandbox.repository(sandbox.including(ONE), BASE) as folder:
        bridge = tool.expanded(folder)["sluice-release"]
    right = (bridge["variables"] == {"SLUICE_STARTED_BY": "sluice"} and bridge["trigger"]["strategy"] == "depend"
             and bridge["resource_group"] == "sluice-production" and bridge["interruptible"] is False
             and bridge["inherit"] == {"variables": False})
    print(("ok - " if right else "not ok - ") + "truth table: the bridge waits for its child, alone, and says who started it")
    return right


def main():
    tool = gcl.Gcl(sys.argv[1], None)
    groups = {}
    for row in ROWS:
        groups.setdefault((row[0], tuple(row[1].items())), []).append(row)
    results = [check_rows(tool, template, dict(inputs), rows) for (template, inputs), rows in groups.items()]
    return 0 if all([*results, the_bridge_says_who_starts_it(tool)]) else 1


if __name__ == "__main__":
    sys.exit(main())
