"""GitLab's and Jenkins' HTTP APIs as far as gate-wait asks them, with the fields that their documentation has: GitLab "Jobs
API", "Deployments API", "Freeze Periods API", "REST API, pagination"; Jenkins "Remote Access API", pipeline-stage-view's wfapi,
pipeline-input-step's ApproverAction, git plugin's BuildData."""
import base64
import email.utils
import http.server
import json
import re
import socketserver
import threading
import time
import urllib.parse


class Threads(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_):
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        owner = self.server.owner
        with owner.guard:
            owner.asked.append((self.command, self.path, time.monotonic()))
            status, body, headers = owner.answer(self.path, self.headers)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response_only(status)
        self.send_header("Date", email.utils.formatdate(time.time() + owner.clock_ahead, usegmt=True))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

    def log_message(self, *_):
        pass


class Server:
    """Starts, stops and starts again on the same port. `trouble` is a status to answer everything with."""

    def __init__(self):
        self.guard = threading.Lock()
        self.asked, self.trouble, self.trouble_headers, self.trouble_body = [], None, {}, b"{}"
        self.clock_ahead, self.page_size, self._port = 0, None, 0
        self.start()

    def start(self):
        self._server = Threads(("127.0.0.1", self._port), Handler)
        self._server.owner = self
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        # Whatever was asked in this case: nothing that could change anything.
        assert {method for method, _, _ in self.asked} <= {"GET"}, self.asked

    @property
    def base(self):
        return f"http://127.0.0.1:{self._port}"

    def answer(self, path, headers):
        if self.trouble:
            return self.trouble, self.trouble_body, self.trouble_headers
        refused = self.refuse(headers)
        return refused or self.route(urllib.parse.urlparse(path))


class Gitlab(Server):
    token = "glpat-readonly-token"

    def __init__(self):
        self.jobs, self.deployments, self.periods = [], [], []
        super().__init__()

    def refuse(self, headers):
        if self.token in (headers.get("PRIVATE-TOKEN"), headers.get("JOB-TOKEN")):
            return None
        return 401, {"message": "401 Unauthorized"}, {}

    def job(self, name, status, user="alice", sha="abc", **more):
        self._put(self.jobs, {"id": len(self.jobs) + 1, "name": name, "stage": "deploy", "status": status, "ref": "main",
                              "started_at": None if status == "manual" else self.stamp(), "finished_at": self.stamp() if status == "success" else None,
                              "user": {"id": 7, "username": user}, "web_url": "https://gitlab.test/job/1", "allow_failure": False,
                              "failure_reason": None, "commit": {"id": sha}, "pipeline": {"id": 77, "project_id": 1, "sha": sha, "status": "running"}, **more})

    def deployment(self, status, approvals=(), pending=1, sha="abc", environment="production", free_tier=False):
        one = {"id": len(self.deployments) + 1, "iid": 1, "ref": "main", "sha": sha, "status": status, "created_at": self.stamp(),
               "user": {"username": "carol"}, "environment": {"id": 3, "name": environment},
               "deployable": {"id": 9, "name": "deploy", "status": "manual", "pipeline": {"id": 77, "sha": sha}}}
        if not free_tier:
            one["pending_approval_count"] = pending
            one["approvals"] = [{"user": {"id": 1, "username": name}, "status": state, "created_at": at or self.stamp(), "comment": "ok"}
                                for name, state, at in approvals]
        with self.guard:
            self.deployments[:] = [other for other in self.deployments if other["sha"] != sha or other["environment"]["name"] != environment] + [one]

    def _put(self, entries, one):
        with self.guard:
            entries[:] = [other for other in entries if other["name"] != one["name"]] + [one]

    @staticmethod
    def stamp(ago=0):
        return time.strftime("%Y-%m-%dT%H:%M:%S.123Z", time.gmtime(time.time() - ago))

    def route(self, url):
        asked = urllib.parse.parse_qs(url.query)
        if re.fullmatch(r"/api/v4/projects/group%2Fshop/pipelines/77/jobs", url.path):
            return self._page(list(reversed(self.jobs)), asked)
        if url.path == "/api/v4/projects/group%2Fshop/deployments":
            name = asked["environment"][0]
            found = [one for one in self.deployments if one["environment"]["name"] == name]
            assert asked["order_by"] == ["id"]
            # The list tells no approvals.
            plain = [{key: value for key, value in one.items() if key not in ("approvals", "pending_approval_count")} for one in found]
            return self._page(plain[::-1] if asked["sort"] == ["desc"] else plain, asked)
        single = re.fullmatch(r"/api/v4/projects/group%2Fshop/deployments/(\d+)", url.path)
        for one in self.deployments:
            if single and one["id"] == int(single[1]):
                return 200, one, {}
        if url.path == "/api/v4/projects/group%2Fshop/freeze_periods":
            return self._page(self.periods, asked)
        return 404, {"message": "404 Project Not Found"}, {}

    def _page(self, entries, asked):
        size = self.page_size or int(asked.get("per_page", ["20"])[0])
        page = int(asked.get("page", ["1"])[0])
        rest = entries[page * size:]
        return 200, entries[(page - 1) * size:page * size], {"X-Next-Page": str(page + 1) if rest else "", "X-Page": str(page), "X-Per-Page": str(size)}


class Jenkins(Server):
    login = "gate:11aabbccddeeff"

    def __init__(self):
        self.building, self.result, self.pending, self.approvers, self.sha, self.began = True, None, [], [], "abc", time.time()
        super().__init__()

    def refuse(self, headers):
        wanted = "Basic " + base64.b64encode(self.login.encode()).decode()
        return None if headers.get("Authorization") == wanted else (401, b"<html>login</html>", {})

    def route(self, url):
        if url.path == "/job/shop/12/api/json":
            git = [{"_class": "hudson.plugins.git.util.BuildData", "lastBuiltRevision": {"SHA1": self.sha}}] if self.sha else []
            people = [{"_class": "org.jenkinsci.plugins.workflow.support.steps.input.ApproverAction", "userId": one} for one in self.approvers]
            return 200, {"_class": "org.jenkinsci.plugins.workflow.job.WorkflowRun", "actions": [{}, *git, {"_class": "hudson.model.CauseAction"}, *people],
                         "building": self.building, "result": self.result, "timestamp": int(self.began * 1000)}, {}
        if url.path == "/job/shop/12/wfapi/pendingInputActions":
            return 200, [{"id": one, "message": "Deploy?", "proceedText": "Proceed", "inputs": [], "proceedUrl": f"/job/shop/12/wfapi/inputSubmit?inputId={one}",
                          "abortUrl": f"/job/shop/12/input/{one}/abort", "redirectApprovalUrl": "/job/shop/12/input/"} for one in self.pending], {}
        return 404, b"<html>Not found</html>", {}
