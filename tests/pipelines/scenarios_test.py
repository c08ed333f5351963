#!/usr/bin/python3
"""The list of scenarios keeps its schema, and the judge finds what is wrong with an outcome."""
import copy
import json
import pathlib
import sys

import jsonschema

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

import world as worlds  # noqa: E402

SCHEMA = json.loads((HERE / "scenarios.schema.json").read_text(encoding="utf-8"))
DOCUMENT = json.loads((HERE / "scenarios.json").read_text(encoding="utf-8"))
THEN = {"result": "failed", "ran": {"split": 0, "migrate": [1, 3], "restore": [None, 3]}, "not_run": ["deploy"],
        "results": {"SLUICE_SNAPSHOT_ID": "2026.*"}}
OUTCOME = {"result": "failed", "steps": {"split": {"exit": 0}, "migrate": {"exit": 3}}, "logs": [],
           "results": {"SLUICE_SNAPSHOT_ID": "20261122"}}


def complaints(**changed):
    return list(worlds.World._wrong_run(THEN, copy.deepcopy(OUTCOME) | changed))


def refused(change):
    document = copy.deepcopy(DOCUMENT)
    change(document["scenarios"][0])
    return list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)) != []


def steps(**codes):
    return {"steps": {name: {"exit": code} for name, code in codes.items()}}


CASES = {
    "the list keeps its schema": lambda: not list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(DOCUMENT)),
    "the schema refuses an unknown step": lambda: refused(lambda one: one["then"]["ran"].update(tidy=0)),
    "the schema refuses an unknown fault": lambda: refused(lambda one: one["given"].update(fault="rain")),
    "the schema refuses a scenario without databases": lambda: refused(lambda one: one["then"].pop("databases")),
    "every name is there once": lambda: len({one["id"] for one in worlds.scenarios()}) == len(worlds.scenarios()),
    "every change has its folder, and every folder its scenario": lambda: (
        {name for one in worlds.scenarios() for name in one["given"].get("changes", [])}
        == {path.name for path in (HERE / "changes").iterdir()}),
    "every step is said to run or not to": lambda: all(
        set(then["ran"]) | set(then["not_run"]) == set(SCHEMA["$defs"]["step"]["enum"])
        for one in worlds.scenarios() for then in (one["then"], one.get("then_second", one["then"]))),
    "a right outcome has no complaint": lambda: complaints() == [],
    "a step that may be left out may run": lambda: complaints(**steps(split=0, migrate=1, restore=3)) == [],
    "but not with another code": lambda: len(complaints(**steps(split=0, migrate=1, restore=0))) == 1,
    "another result is found": lambda: len(complaints(result="success")) == 1,
    "another exit code is found": lambda: len(complaints(**steps(split=0, migrate=0))) == 1,
    "a step that is missing is found": lambda: len(complaints(**steps(split=0))) == 1,
    "a step that must not run is found": lambda: len(complaints(**steps(split=0, migrate=3, deploy=0))) == 1,
    "a step that nobody speaks of is found": lambda: len(complaints(**steps(split=0, migrate=3, tidy=0))) == 1,
    "a missing result is found": lambda: len(complaints(results={})) == 1,
}


def leaks():
    """A secret in a log is found, and so is a run without logs."""
    world = worlds.World("/nonexistent", {"given": {}, "then": {}})
    world.secrets = ["hunter2hunter2"]
    log = pathlib.Path(sys.argv[0]).resolve()
    return (len(list(world._leaks({"logs": [str(log)]}))) == 1 and len(list(world._leaks({"logs": []}))) == 1
            and not list(world._leaks({"logs": [str(HERE / "scenarios.json")]})))


def main():
    passed = True
    for name, case in (CASES | {"a secret in a log, and no log at all, are found": leaks}).items():
        right = case()
        print(("ok - " if right else "not ok - ") + f"scenarios: {name}")
        passed = passed and right
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
