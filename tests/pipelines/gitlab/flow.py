"""One scenario of ../scenarios.json as GitLab would run it: a pipeline, and the child pipeline that split-check wrote."""
import contextlib
import http.server
import json
import secrets
import shutil
import threading

import gcl
import yaml

RELEASE_FILE = ".gitlab/release.yml"
CHILD_FILE = "child.yml"


class Deployments(http.server.BaseHTTPRequestHandler):
    """GitLab's list of deployments. Source: its API documentation, "Deployments", GET /projects/:id/deployments."""

    def do_GET(self):
        given = self.headers.get("PRIVATE-TOKEN")
        right = given == self.server.token and "/deployments?environment=production&status=success" in self.path
        body = json.dumps([{"id": 1, "sha": self.server.sha}] if self.server.sha else []).encode()
        self.send_response(200 if right else 403)
        self.end_headers()
        self.wfile.write(body if right else b"")

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def gitlab_api(sha):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Deployments)
    server.sha, server.token = sha, secrets.token_hex(16)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield {"CI_API_V4_URL": f"http://127.0.0.1:{server.server_port}", "SLUICE_GITLAB_TOKEN": server.token}
    finally:
        server.shutdown()


def release_inputs(given, store):
    """What a user of the template writes for this scenario."""
    accepted = " ".join(f"--accept-loss {table}" for table in given.get("accept_loss", []))
    inputs = {
        "store": str(store), "database-name": "shop", "masked-name": "shop-masked", "smoke-deadline": "5s",
        "checks-during-options": "--after 500ms --max-outage 5s",
        "deploy-command": "./deploy", "migrate-command": "./migrate up", "rollback": "auto",
        "rollback-command": "./undeploy", "restore-options": f'--production "$PRODUCTION_ID" {accepted}'.strip(),
        "lock-timeout": given.get("lock_timeout", "30s"),
    }
    if "window" in given:
        inputs["gate"] = "wait"
    if given.get("rehearsal"):
        inputs |= {"rehearsal": True, "rehearsal-command": 'DATABASE_URL="$REHEARSAL_URL" ./migrate up'}
    return inputs


def write_pipeline(folder, include, inputs):
    """The two files of a user: one that includes the template, one that includes that."""
    (folder / ".gitlab").mkdir(parents=True)
    (folder / RELEASE_FILE).write_text(yaml.safe_dump({"include": [include | {"inputs": inputs}]}), encoding="utf-8")
    (folder / ".gitlab-ci.yml").write_text(yaml.safe_dump({"include": [{"local": f"/{RELEASE_FILE}"}]}), encoding="utf-8")


def from_project(file="ci-templates/gitlab/separated-one-pipeline.yml"):
    return {"project": "sluice/sluice", "ref": f"v{gcl.version()}", "file": f"/{file}"}


ENDINGS = {"-split": "split", "-gate": "gate", "-fill": "fill", "-rehearsal": "rehearsal", "-protect": "protect",
           "-migrate": "migrate", "-deploy": "deploy", "-smoke": "smoke", "-delivered": "delivered",
           "-restore-after-migrate": "restore", "-restore-after-smoke": "restore",
           "-rollback-after-deploy": "rollback-code", "-rollback-after-smoke": "rollback-code"}


def step_of(job):
    # The longest ending counts: sluice-migrations-restore-after-smoke ends in -smoke too.
    fitting = [ending for ending in ENDINGS if job.startswith("sluice-") and job.endswith(ending)]
    return ENDINGS[max(fitting, key=len)] if fitting else None


def dotenv_of(runs):
    values = {}
    for run in runs:
        for file in run.artifacts():
            if file.suffix == ".env":
                lines = file.read_text(encoding="utf-8").splitlines()
                values |= dict(line.split("=", 1) for line in lines if "=" in line)
    return values


def child_file(run, prefix):
    path = run.folder / ".gitlab-ci-local" / "artifacts" / f"{prefix}-split" / "sluice-release.yml"
    return path if path.exists() else None


def release(tool, repository, prefix, variables, source):
    """A parent pipeline, and the child that GitLab's bridge job would start from the artifact of its split job."""
    parent = tool.run(repository, f"{prefix}-split", variables=variables, source=source)
    if parent.failed or not child_file(parent, prefix):
        return [parent]
    # The child has logs and artifacts of its own.
    child = repository.parent / f"{repository.name}-child"
    shutil.rmtree(child, ignore_errors=True)
    shutil.copytree(repository, child, symlinks=True)
    shutil.rmtree(child / ".gitlab-ci-local" / "output", ignore_errors=True)
    shutil.rmtree(child / ".gitlab-ci-local" / "artifacts", ignore_errors=True)
    shutil.copy(child_file(parent, prefix), child / CHILD_FILE)
    # Its kind comes from its own file. The bridge hands its variables on; `truth_table_test.py` looks at them.
    inherited = {name: value for name, value in variables.items() if name != "PIPELINE_KIND"} | {"SLUICE_STARTED_BY": prefix}
    return [parent, tool.run(child, file=CHILD_FILE, variables=inherited, source="parent_pipeline")]


def pipeline(tool, repository, kind, variables):
    """The runs of one pipeline of separated-one-pipeline."""
    started = {"first": "web", "recover": "web", "migrations": "schedule"}.get(kind, "push")
    variables = variables | {"PIPELINE_KIND": kind}
    if kind in ("first", "recover"):
        return [tool.run(repository, variables=variables, source=started)]
    return release(tool, repository, "sluice", variables, started)


def outcome_of(runs):
    steps = {}
    for run in runs:
        for job, code in run.jobs.items():
            if step_of(job):
                steps[step_of(job)] = {"exit": code}
    return {"version": 1, "result": "failed" if any(run.failed or run.exit for run in runs) else "success",
            "steps": steps, "results": dotenv_of(runs)}


def files_of(runs):
    return ([str(path) for run in runs for path in run.logs()],
            [str(path) for run in runs for path in run.artifacts()])
