"""A server on a free port of 127.0.0.1 that behaves well or badly by the path that is asked for."""
import base64
import http.server
import socket
import socketserver
import ssl
import subprocess
import threading
import time
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        owner = self.server.owner
        path = urllib.parse.urlparse(self.path).path
        with owner.guard:
            owner.requests.append((path, dict(self.headers)))
            owner.counts[path] = owner.counts.get(path, 0) + 1
        getattr(self, "answer_" + path.strip("/").replace("-", "_").split("/")[0], self.answer_ok)()

    do_POST = do_GET

    def send(self, status, body, headers=()):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def answer_ok(self):
        self.send(200, b'{"version": "1", "number": 1, "text": "1", "list": [1, 2], "nothing": null}',
                  [("Content-Type", "application/json"), ("X-Revision", "r1")])

    def answer_error(self):
        self.send(500, b'{"error": "broken"}')

    def answer_forbidden(self):
        self.send(403, b"no")

    def answer_flaky(self):
        """503 twice, then 200."""
        with self.server.owner.guard:
            count = self.server.owner.counts[urllib.parse.urlparse(self.path).path]
        self.send(503 if count <= 2 else 200, b"x")

    def answer_switch(self):
        self.send(200 if self.server.owner.good else 500, b"x")

    def answer_loris(self):
        self.send_response(200)
        self.end_headers()
        try:
            while not self.server.owner.stopping:
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass
        self.close_connection = True

    def answer_endless(self):
        self.send_response(200)
        self.end_headers()
        try:
            while not self.server.owner.stopping:
                self.wfile.write(b"endless " * 1000)
        except OSError:
            pass
        self.close_connection = True

    def answer_loop(self):
        self.send(302, b"", [("Location", "/loop")])

    def answer_elsewhere(self):
        self.send(302, b"", [("Location", self.server.owner.elsewhere)])

    def answer_binary(self):
        self.send(200, bytes(range(256)))

    def answer_invalid(self):
        self.send(200, b'{"name": "caf\xe9"}')

    def answer_echo(self):
        """What came as a token, plain, as base64, inside a longer base64, and URL-encoded."""
        token = self.headers.get("X-Token", "")
        forms = [token, base64.b64encode(token.encode()).decode(), base64.b64encode(f"user:{token}".encode()).decode(),
                 urllib.parse.quote(token, safe="")]
        self.send(500, ("echo " + " ".join(forms) + " end").encode())

    def answer_slow(self):
        time.sleep(0.3)
        self.answer_ok()

    def log_message(self, *_):
        pass


class Threads(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, *_):
        pass


class Server:
    def __init__(self, certificate=None):
        self.guard = threading.Lock()
        self.requests, self.counts = [], {}
        self.stopping, self.good, self.elsewhere = False, True, ""
        self._server = Threads(("127.0.0.1", 0), Handler)
        self._server.owner = self
        self.scheme = "http"
        if certificate:
            self.scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self, path="/ok"):
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopping = True
        self._server.shutdown()
        self._server.server_close()


def make_certificate(path, name, days=10):
    """A self-signed certificate with its key in one file."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                    str(days), "-subj", f"/CN={name}", "-addext", f"subjectAltName={name}", "-keyout", f"{path}.key", "-out",
                    f"{path}.crt"], check=True, capture_output=True)
    path.write_text(open(f"{path}.key", encoding="ascii").read() + open(f"{path}.crt", encoding="ascii").read())
    return path


class SilentPort:
    """Takes connections and never says a word."""

    def __enter__(self):
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(64)
        return self._socket.getsockname()[1]

    def __exit__(self, *_):
        self._socket.close()
