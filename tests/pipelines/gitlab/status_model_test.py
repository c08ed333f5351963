#!/usr/bin/python3
"""status_model_test.py BUILD: on the expanded pipelines, each failure reaches its restore, and nothing else does.

First the model itself is held to what GitLab's sources say; then to samples that are wrong, which it has to find wrong.
"""
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]

import gcl  # noqa: E402
import sandbox  # noqa: E402
import status_model as model  # noqa: E402

STAGES = [".pre", "build", "test", "deploy", ".post"]


def job(when="on_success", needs=None, allow_failure=False, stage="deploy"):
    return {"when": when, "needs": needs, "allow_failure": allow_failure, "stage": stage}


def says(jobs, ends, name):
    return model.run(jobs, STAGES, ends)[name]


CHAIN = {"protect": job(needs=[]), "migrate": job(needs=["protect"]), "smoke": job(needs=["migrate"])}
# What GitLab does, one line each: jobs, how those end that do not succeed, the job looked at, its status.
FACTS = [
    ("a job whose need failed is skipped", CHAIN, {"protect": "failed"}, "migrate", "skipped"),
    ("and so is the one behind it", CHAIN, {"protect": "failed"}, "smoke", "skipped"),
    ("on_failure runs when its need failed", CHAIN | {"r": job("on_failure", ["migrate"])}, {"migrate": "failed"}, "r", "success"),
    ("on_failure does not run when another need was skipped", CHAIN | {"r": job("on_failure", ["migrate", "smoke"])},
     {"migrate": "failed"}, "r", "skipped"),
    ("on_failure does not run after success", CHAIN | {"r": job("on_failure", ["smoke"])}, {}, "r", "skipped"),
    ("on_failure does not run after a cancel", CHAIN | {"r": job("on_failure", ["migrate"])}, {"migrate": "canceled"}, "r", "skipped"),
    ("always runs when its need was skipped", CHAIN | {"r": job("always", ["smoke"])}, {"migrate": "failed"}, "r", "success"),
    ("always does not run after a cancel", CHAIN | {"r": job("always", ["migrate"])}, {"migrate": "canceled"}, "r", "skipped"),
    ("by stages, on_failure runs although a job was skipped",
     {name: job(stage=stage) for name, stage in (("a", "build"), ("b", "test"))} | {"r": job("on_failure", stage="deploy")},
     {"a": "failed"}, "r", "success"),
    ("a failure that is allowed counts as success", {"a": job(needs=[], allow_failure=True), "b": job(needs=["a"])},
     {"a": "failed"}, "b", "success"),
    ("a job waits for a person who has to start another", {"a": job("manual", []), "b": job(needs=["a"])}, {}, "b", "manual"),
    ("a job is skipped where nobody has to", {"a": job("manual", [], True), "b": job(needs=["a"])}, {}, "b", "skipped"),
    ("a need that is optional and not there is no need", {"b": job(needs=[{"job": "a", "optional": True}])}, {}, "b", "success"),
]

RIGHT = CHAIN | {"r1": job("on_failure", ["protect", "migrate"]), "r2": job("on_failure", ["protect", "smoke"])}
# Ways back that are wrong: the jobs, which of them are meant to restore, and a part of what must be said.
WRONG = [
    ("one restore that needs them all", CHAIN | {"r": job("on_failure", ["protect", "migrate", "smoke"])}, ("r", "r"),
     "migrate fails, and r is skipped"),
    ("a restore after the migration alone", RIGHT | {"r2": job("on_failure", ["migrate"])}, ("r1", "r2"), "smoke fails, and r2 is skipped"),
    ("a restore that always runs", RIGHT | {"r2": job("always", ["protect", "smoke"])}, ("r1", "r2"), "everything succeeds"),
    ("a restore that is started by hand", RIGHT | {"r1": job("manual", ["protect"])}, ("r1", "r2"), "migrate fails, and r1 is manual"),
    ("a restore whose failure is allowed", RIGHT | {"migrate": job(needs=["protect"], allow_failure=True)}, ("r1", "r2"), "pipeline is"),
    ("a restore that also runs when the snapshot fails", RIGHT | {"r1": job("on_failure", ["protect"])}, ("r1", "r2"), "'protect': 'failed'"),
    ("a restore by stages, which any earlier failure starts",
     RIGHT | {"lint": job(stage="test"), "r2": job("on_failure", stage=".post")}, ("r1", "r2"), "'lint': 'failed'"),
    ("a restore that is not there", CHAIN | {"r1": job("on_failure", ["migrate"])}, ("r1", "r2"), "r2 is not there"),
]

CHILD = {"SLUICE_STARTED_BY": "sluice"}
MIGRATIONS = ("sluice-migrations-migrate", "sluice-migrations-smoke",
              ("sluice-migrations-restore-after-migrate", "sluice-migrations-restore-after-smoke"))
CODE = ("sluice-code-deploy", "sluice-code-smoke", ("sluice-code-rollback-after-deploy", "sluice-code-rollback-after-smoke"))
SHIPPED = [
    ({}, "migrations", MIGRATIONS),
    ({"gate": "wait"}, "migrations", MIGRATIONS),
    ({"gate": "manual", "rehearsal": True}, "migrations", MIGRATIONS),
    ({"gate": "wait", "rehearsal": True, "protect": "beside"}, "migrations", MIGRATIONS),
    ({"rollback": "auto"}, "code", CODE),
]


def report(name, passed, details=()):
    print(("ok - " if passed else "not ok - ") + f"status model: {name}")
    for detail in details:
        print(f"#   {detail}")
    return passed


def shipped_ones(tool):
    for inputs, kind, (change, checks, restores) in SHIPPED:
        with sandbox.repository(sandbox.including("separated-one-pipeline", **inputs)) as folder:
            listed = tool.listed(folder, variables=CHILD | {"PIPELINE_KIND": kind}, source="parent_pipeline")
        jobs = model.jobs_of(listed)
        # A gate that a person has to open is open: the rest is about what comes behind it.
        for name in jobs:
            jobs[name]["when"] = "on_success" if name.endswith("-gate") else jobs[name]["when"]
        found = list(model.complaints(jobs, STAGES, change, checks, restores))
        yield report(f"{kind}, {inputs or 'as it comes'}: every failure reaches its way back, and nothing else does", not found, found)
        yield report(f"{kind}, {inputs or 'as it comes'}: nothing is restored that was not protected", all(
            kind == "code" or any(need["job"].endswith("-protect") for need in jobs[name]["needs"]) for name in restores))


def the_gate_holds_everything(tool):
    with sandbox.repository(sandbox.including("separated-one-pipeline", gate="manual")) as folder:
        jobs = model.jobs_of(tool.listed(folder, variables=CHILD | {"PIPELINE_KIND": "migrations"}, source="parent_pipeline"))
    status = model.run(jobs, STAGES, {})
    ran = sorted(name for name in status if status[name] == "success")
    return report("a gate that nobody opened holds every job", not ran, ran)


def a_cancel_leaves_a_button(tool):
    with sandbox.repository(sandbox.including("separated-one-pipeline")) as folder:
        jobs = model.jobs_of(tool.listed(folder, variables=CHILD | {"PIPELINE_KIND": "migrations"}, source="parent_pipeline"))
    status = model.run(jobs, STAGES, {"sluice-migrations-migrate": "canceled"})
    return report("after a cancel restore-now can be started", status["sluice-migrations-restore-now"] == "manual")


def main():
    results = [report(f"GitLab: {name}", says(jobs, ends, looked_at) == wanted) for name, jobs, ends, looked_at, wanted in FACTS]
    results.append(report("a right way back has no complaint", not list(model.complaints(RIGHT, STAGES, "migrate", "smoke", ("r1", "r2")))))
    for name, jobs, restores, said in WRONG:
        found = list(model.complaints(jobs, STAGES, "migrate", "smoke", restores))
        results.append(report(f"finds {name}", any(said in one for one in found), found))
    tool = gcl.Gcl(sys.argv[1], None)
    results += [*shipped_ones(tool), the_gate_holds_everything(tool), a_cancel_leaves_a_button(tool)]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
