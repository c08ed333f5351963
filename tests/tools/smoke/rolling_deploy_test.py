#!/usr/bin/env python3
"""rolling_deploy_test.py SMOKE: a column in use is renamed below a running application, at once and in three steps."""
import datetime
import json
import os
import signal
import subprocess

from support import HERE, Postgres, case, clean_environment, folder, free_port, run_cases, smoke, wait_for_port

INTERVAL_MS = 200
# The interpreter that Debian's own packages, such as python3-psycopg2, belong to.
PYTHON = "/usr/bin/python3"
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  upstream shop {{ include {folder}/servers; }}
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://shop; proxy_next_upstream off; }} }}
}}
"""


class Shop:
    """Two instances of the application behind nginx, replaced one after the other by a deployment."""

    def __init__(self, where, database):
        self.where, self.database, self.log = where, database, where / "application.log"
        self.instances = []
        self.port = free_port()
        (where / "nginx.conf").write_text(NGINX.format(folder=where, port=self.port))

    def __enter__(self):
        for _ in range(2):
            self.instances.append(self.start("v1", "fullname"))
        self.write_servers()
        self.nginx = subprocess.Popen(["nginx", "-c", str(self.where / "nginx.conf"), "-e", str(self.where / "error.log")])
        wait_for_port(self.port)
        return self

    def __exit__(self, *_):
        for process, _ in self.instances:
            process.kill()
            process.wait()
        self.nginx.send_signal(signal.SIGTERM)
        self.nginx.wait()
        # Those that the deployment started.
        for line in (self.where / "started").read_text().split() if (self.where / "started").exists() else []:
            try:
                os.kill(int(line), signal.SIGKILL)
            except ProcessLookupError:
                pass

    def start(self, revision, column):
        port = free_port()
        process = subprocess.Popen([PYTHON, str(HERE / "application.py"), revision, column, str(port), str(self.log)],
                                   env=clean_environment(Postgres.shared().variables(self.database)))
        wait_for_port(port)
        return process, port

    def write_servers(self):
        (self.where / "servers").write_text("".join(f"server 127.0.0.1:{port};\n" for _, port in self.instances))

    def checks(self):
        return {"version": 1, "defaults": {"timeout": "5s", "interval": f"{INTERVAL_MS}ms"}, "checks": [
            {"id": "customer", "type": "http", "url": f"http://127.0.0.1:{self.port}/customer",
             "revision": {"json": "/revision"},
             "expect": [{"on": "status", "op": "eq", "value": 200}, {"on": "json:/name", "op": "eq", "value": "Ada"}]},
            {"id": "schema", "type": "pg", "connection": "env:SHOP_URL", "interval": "50ms",
             "sql": "SELECT version FROM schema_version", "schema": {"cell": "0,version"},
             "expect": [{"on": "rows", "op": "eq", "value": 1}]}]}

    def during(self, script, name):
        checks = self.where / "checks.json"
        checks.write_text(json.dumps(self.checks()))
        report = self.where / f"{name}.json"
        server = Postgres.shared()
        environment = {**server.variables(self.database), "SHOP_URL": server.conninfo(self.database), "PYTHON": PYTHON,
                       "APPLICATION": str(HERE / "application.py"), "FOLDER": str(self.where), "LOG": str(self.log),
                       "OLD": " ".join(str(process.pid) for process, _ in self.instances)}
        outcome = smoke("during", checks, "--report", report, "--html", self.where / f"{name}.html",
                        "--timeline", self.where / f"{name}.jsonl", "--junit", self.where / f"{name}.xml",
                        "--database", "env:SHOP_URL", "--after", "1s", "--", "bash", "-euc", script, environment=environment)
        if os.environ.get("KEEP_PAGES"):
            for kind in ("html", "jsonl", "xml", "json"):
                subprocess.run(["cp", str(self.where / f"{name}.{kind}"), os.environ["KEEP_PAGES"]], check=True)
        return outcome, json.loads(report.read_text())["during"]

    def truth(self, revision, what):
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [line["t"] for line in lines if line["revision"] == revision and line["what"] == what]


# Replaces both old instances by new ones of REVISION that read COLUMN, one after the other.
ROLL = """
roll() {
  local place=0 pid port
  for pid in $OLD; do
    port=$("$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "$PYTHON" "$APPLICATION" "$1" "$2" "$port" "$LOG" >/dev/null 2>&1 & echo $! >>"$FOLDER/started"
    until (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do sleep 0.05; done
    place=$((place + 1))
    sed -i "${place}s/.*/server 127.0.0.1:$port;/" "$FOLDER/servers"
    kill -HUP "$(cat "$FOLDER/nginx.pid")"
    sleep 0.4 # nginx's old worker finishes what it has
    kill -TERM "$pid"
    sleep 0.6
  done
}
"""
RENAME = "BEGIN; ALTER TABLE customer RENAME fullname TO name; UPDATE schema_version SET version = '2'; COMMIT"
EXPAND = """BEGIN; ALTER TABLE customer ADD name text;
CREATE FUNCTION copy_name() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.name := NEW.fullname; RETURN NEW; END$$;
CREATE TRIGGER copy_name BEFORE INSERT OR UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION copy_name();
UPDATE customer SET id = id; UPDATE schema_version SET version = '2'; COMMIT"""
CONTRACT = """BEGIN; DROP TRIGGER copy_name ON customer; DROP FUNCTION copy_name; ALTER TABLE customer DROP fullname;
UPDATE schema_version SET version = '3'; COMMIT"""


def make_database(name):
    server = Postgres.shared()
    server.psql(f"CREATE DATABASE {name}")
    server.psql("CREATE TABLE customer (id int, fullname text); INSERT INTO customer VALUES (1, 'Ada');"
                "CREATE TABLE schema_version (version text); INSERT INTO schema_version VALUES ('1')", name)


def migrate(sql):
    return f"echo 'sluice-phase: migrate'; psql -Xq -v ON_ERROR_STOP=1 -c \"{sql}\"\n".replace("$$", "\\$\\$")


def cells(report):
    return {(cell["code"], cell["schema"]): cell["verdict"] for cell in report["matrix"]["cells"]}


def seconds_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


@case
def rename_at_once():
    """a column renamed in use is found within one probe interval, as old code x new schema"""
    make_database("at_once")
    with folder() as where, Shop(where, "at_once") as shop:
        outcome, report = shop.during(ROLL + migrate(RENAME) + "sleep 1; echo 'sluice-phase: roll'; roll v2 name", "at_once")
        assert outcome.code == 1, outcome
        assert report["command"]["exit"] == 0, outcome
        found = cells(report)
        assert found[("old", "old")] == "works", found
        assert found[("old", "new")] == "broken", found
        assert found[("new", "new")] == "works", found
        assert found[("new", "old")] == "not proven", found
        truth_begin, truth_end = min(shop.truth("v1", "bad")), max(shop.truth("v1", "failed request"))
        outages = [one for lane in report["lanes"] if lane["check"] == "customer" for one in lane["outages"]]
        seen_begin = min(seconds_of(one["from"]) for one in outages)
        seen_end = max(seconds_of(one["to"]) for one in outages)
        interval = INTERVAL_MS / 1000
        print(f"# truth {truth_begin:.3f} to {truth_end:.3f}, seen {seen_begin - truth_begin:+.3f} s, {seen_end - truth_end:+.3f} s")
        assert abs(seen_begin - truth_begin) <= interval, (seen_begin, truth_begin, outcome)
        assert abs(seen_end - truth_end) <= interval, (seen_end, truth_end, outcome)
        first = min(outages, key=lambda one: one["from"])
        assert first["phase"] == "migrate" and first["cell"] == "old code x new schema", first
        assert "column" in " ".join(one["why"] for one in outages) or "500" in first["why"], first
        assert "old code x new schema: broken" in outcome.err, outcome


@case
def rename_in_three_steps():
    """the same rename as expand, deploy, contract passes, and every cell that is met works"""
    make_database("in_steps")
    with folder() as where, Shop(where, "in_steps") as shop:
        expand, met = shop.during(migrate(EXPAND), "expand")
        assert expand.code == 0, expand
        assert cells(met) == {("old", "old"): "works", ("old", "new"): "works", ("new", "new"): "not proven",
                              ("new", "old"): "not proven"}, met
        deploy, met = shop.during(ROLL + "echo 'sluice-phase: roll'; roll v2 name", "deploy")
        assert deploy.code == 0, deploy
        assert cells(met)[("new", "old")] == "works", met
        contract, met = shop.during(migrate(CONTRACT), "contract")
        assert contract.code == 0, contract
        assert cells(met)[("old", "new")] == "works", met


run_cases()
