#!/usr/bin/python3
"""schema_test.py SMOKE: what the tool reads and writes is what its schemas say, and the examples are true."""
import json
import re

import jsonschema

from server import Server
from support import SOURCE, Postgres, case, folder, run_cases, smoke

FOLDER = SOURCE / "tools/smoke/schema"
ENVIRONMENT = {"SHOP_HOST": "shop.test", "SHOP_TOKEN": "tokentoken", "SHOP_URL": "host=x dbname=y", "OLD_URL": "host=127.0.0.1 port=1 dbname=x",
               "NEW_URL": "host=127.0.0.1 port=1 dbname=y"}


def validator(name):
    schema = json.loads((FOLDER / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def example(name):
    return json.loads((FOLDER / f"{name}.example.json").read_text())


@case
def check_file_example():
    """the example of a check file is valid by schema and for the tool, and lists its checks"""
    validator("checks").validate(example("checks"))
    outcome = smoke("list", FOLDER / "checks.example.json", "--json", environment=ENVIRONMENT)
    assert outcome.code == 0, outcome
    listed = [one["id"] for one in json.loads(outcome.out)["checks"]]
    assert listed == [one["id"] for one in example("checks")["checks"]], listed
    assert smoke("lint", FOLDER / "checks.example.json", environment=ENVIRONMENT).code == 0


@case
def same_keys():
    """the tool takes the keys that the schema has, and no others"""
    schema = json.loads((FOLDER / "checks.schema.json").read_text())
    samples = {one["type"]: one for one in example("checks")["checks"]}
    values = {"string": "5s", "boolean": True, "integer": 1, "array": ["after"], "object": {}}
    for kind, sample in samples.items():
        for key, rule in schema["$defs"][kind]["properties"].items():
            if key in sample or "oneOf" in rule or "$ref" in rule:
                continue
            value = rule["enum"][0] if "enum" in rule else values[rule["type"]]
            document = {"version": 1, "vars": example("checks")["vars"], "checks": [{**sample, key: value}]}
            outcome = smoke("lint", "-", checks=document, environment=ENVIRONMENT)
            assert "unknown key" not in outcome.err, (kind, key, outcome)
        unknown = {"version": 1, "vars": example("checks")["vars"], "checks": [{**sample, "surely_not_there": 1}]}
        assert "unknown key" in smoke("lint", "-", checks=unknown, environment=ENVIRONMENT).err, kind
        assert list(validator("checks").iter_errors(unknown)), kind


@case
def compare_example():
    """the example of a compare file is valid by schema, and the tool goes on to ask"""
    validator("compare").validate(example("compare"))
    text = json.dumps(example("compare")).replace("https://old.shop.example", "http://127.0.0.1:1").replace("https://new.shop.example", "http://127.0.0.1:1")
    outcome = smoke("compare", "-", "--json", checks=text, environment=ENVIRONMENT)
    assert outcome.code == 3, outcome
    validator("comparison").validate(json.loads(outcome.out))


@case
def reports():
    """every report of every verb is valid by schema, red ones and unfinished ones too"""
    server = Postgres.shared()
    server.psql("CREATE TABLE migrations AS SELECT 7 AS version")
    schema = {"id": "schema", "type": "pg", "connection": "env:SHOP_URL", "sql": "SELECT version FROM migrations", "interval": "100ms",
              "schema": {"cell": "0,0"}, "expect": [{"on": "rows", "op": "eq", "value": 1}]}
    environment = {"SHOP_URL": server.conninfo()}
    with Server() as web, folder() as where:
        expect = [{"on": "status", "op": "eq", "value": 200}]
        for path in ("/ok", "/error", "/flaky"):
            http = {"id": "web", "type": "http", "url": web.url(path), "interval": "100ms", "expect": expect, "revision": {"json": "/version"}}
            document = {"version": 1, "checks": [http, schema]}
            for arguments in (["-"], ["wait", "-", "--deadline", "600ms", "--interval", "50ms"],
                              ["during", "-", "--database", "env:SHOP_URL", "--after", "300ms", "--timeline", where / "t.jsonl", "--",
                               "sh", "-c", f"cp {where}/r.json {where}/first.json; echo 'sluice-phase: x'"]):
                outcome = smoke(*[*arguments[:2], "--report", where / "r.json", *arguments[2:]], checks=document, environment=environment)
                assert outcome.code in (0, 1, 3, 124), outcome
                validator("report").validate(json.loads((where / "r.json").read_text()))
        validator("report").validate(json.loads((where / "first.json").read_text()))
        lines = [json.loads(line) for line in (where / "t.jsonl").read_text().splitlines()]
        for line in lines:
            validator("timeline").validate(line)
        assert {line["kind"] for line in lines} >= {"start", "probe", "phase", "database"}, lines
        assert all(re.fullmatch(r"[0-9T:.Z-]+", line["t"]) for line in lines)


run_cases()
