#!/usr/bin/env python3
"""--deployed-from gitlab-environment, against a server on this machine that answers as GitLab's "Deployments API" says.

The server filters and sorts as it is asked to, so a wrong question gets a wrong answer. The environment's name says how it
behaves. Prints "ok - CASE" or "not ok - CASE" lines.
"""
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[2] / "support")]

from cases import Cases  # noqa: E402

CASES = Cases("split-check --deployed-from")
check = CASES.check
TOOL = os.path.realpath(sys.argv[1])
TOKENS = {"PRIVATE-TOKEN": "right-private", "JOB-TOKEN": "right-job"}


def git(folder, *arguments):
    names = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    result = subprocess.run(["git", "-C", folder, *arguments], env={**os.environ, **names}, check=True,
                            capture_output=True, text=True)
    return result.stdout.strip()


def deployment(number, sha, status, environment):
    return {"id": number, "iid": number, "ref": "main", "sha": sha, "status": status,
            "created_at": "2026-11-20T10:00:00.000Z", "environment": {"id": 9, "name": environment},
            "deployable": {"id": number, "status": status, "name": "deploy"}}


class GitLab(http.server.BaseHTTPRequestHandler):
    deployments = []
    asked = {}

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def listed(self, query):
        found = [one for one in self.deployments
                 if query.get("environment", [one["environment"]["name"]]) == [one["environment"]["name"]]
                 and query.get("status", [one["status"]]) == [one["status"]]]
        found.sort(key=lambda one: one[query.get("order_by", ["id"])[0]], reverse=query.get("sort", ["asc"]) == ["desc"])
        return found[:int(query.get("per_page", ["20"])[0])]

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(address.query)
        name = query.get("environment", [""])[0]
        self.asked[name] = self.asked.get(name, 0) + 1
        if not any(self.headers.get(header) == token for header, token in TOKENS.items()):
            return self.answer(401, b'{"message":"401 Unauthorized"}')
        if address.path != "/api/v4/projects/7/deployments":
            return self.answer(404, b'{"message":"404 Project Not Found"}')
        if name.isdigit():
            return self.answer(int(name), b'{"message":"as asked for"}')
        if name == "busy once" and self.asked[name] == 1:
            return self.answer(503, b"")
        if name == "silent":
            time.sleep(60)
        if name == "hangs up":
            return self.connection.close()
        if name == "a page":
            return self.answer(200, b"<html>Sign in</html>", "text/html")
        if name == "cut off":
            return self.answer(200, b'[{"id":1,"sha":"12')
        if name == "an object":
            return self.answer(200, b'{"sha":"1234"}')
        if name == "odd sha":
            return self.answer(200, json.dumps([{"id": 1, "sha": "--output=x"}]).encode())
        return self.answer(200, json.dumps(self.listed(query)).encode())


def main():
    with tempfile.TemporaryDirectory() as folder:
        git(folder, "init", "-q", "-b", "main")
        shas = []
        for number in range(4):
            with open(os.path.join(folder, "a.py"), "w") as file:
                file.write(str(number))
            git(folder, "add", "-A")
            git(folder, "commit", "-q", "-m", str(number))
            shas.append(git(folder, "rev-parse", "HEAD"))
        GitLab.deployments = [deployment(11, shas[0], "success", "production"),
                              deployment(13, shas[2], "failed", "production"),
                              deployment(12, shas[1], "success", "production"),
                              deployment(14, shas[3], "success", "staging"),
                              deployment(15, shas[0], "success", "busy once"),
                              deployment(16, shas[2], "success", "pro duction/€&status=failed")]
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), GitLab)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        job = {"CI_API_V4_URL": f"http://127.0.0.1:{server.server_port}/api/v4", "CI_PROJECT_ID": "7",
               "CI_JOB_TOKEN": "right-job"}
        plain = {key: value for key, value in os.environ.items() if not key.startswith(("CI", "GIT", "SLUICE_"))}

        def start(environment, **more):
            variables = {**plain, **job, **more, "no_proxy": "*"}
            return subprocess.Popen([TOOL, "--repo", folder, "--deployed-from", f"gitlab-environment:{environment}",
                                     "--json"], env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        # Takes as long as the tool waits, so it runs beside the others.
        silent = start("silent")
        for environment, wanted in (("production", shas[1]), ("staging", shas[3]), ("busy once", shas[0]),
                                    ("pro duction/€&status=failed", shas[2])):
            out, err = start(environment).communicate()
            base = json.loads(out)["base"] if out.startswith("{") else ""
            check(f"the last successful deployment of '{environment}' is the base", base == wanted, out + err)
        out, err = start("production", SLUICE_GITLAB_TOKEN="right-private", CI_JOB_TOKEN="wrong").communicate()
        check("a token of our own goes before the job's", '"base": "' + shas[1] in out, out + err)

        for environment, words in (("never deployed", "nothing was ever deployed"), ("401", "SLUICE_GITLAB_TOKEN"),
                                   ("403", "SLUICE_GITLAB_TOKEN"), ("404", "CI_PROJECT_ID"), ("429", "again"),
                                   ("500", "again"), ("502", "again"), ("hangs up", "again"),
                                   ("a page", "not a list of deployments"), ("cut off", "not a list of deployments"),
                                   ("an object", "not a list of deployments"), ("odd sha", "names no revision")):
            run = start(environment)
            out, err = run.communicate()
            check(f"'{environment}' is no answer and says what to do", run.returncode == 3 and words in err,
                  f"{run.returncode} {out}{err}")
        for name, more, words in (("a wrong token", {"CI_JOB_TOKEN": "wrong-secret"}, "SLUICE_GITLAB_TOKEN"),
                                  ("another project", {"CI_PROJECT_ID": "8"}, "CI_PROJECT_ID"),
                                  ("a server that is not there", {"CI_API_V4_URL": "http://127.0.0.1:9/api/v4"}, "again")):
            run = start("production", **more)
            out, err = run.communicate()
            check(f"{name} is no answer and says what to do", run.returncode == 3 and words in err,
                  f"{run.returncode} {out}{err}")
            check(f"{name} puts no token into the messages", "secret" not in out + err and "right-" not in out + err,
                  out + err)
        out, err = silent.communicate()
        check("a server that never answers is no answer", silent.returncode == 3, f"{silent.returncode} {out}{err}")
    return CASES.exit_code()


sys.exit(main())
