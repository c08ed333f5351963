"""A proxy, a certificate authority and a server on ::1, for transport_test.py."""
import base64
import contextlib
import select
import socket
import socketserver
import subprocess
import threading


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def new_key(path):
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", path)


def make_authority(where):
    """authority.crt and authority.key"""
    new_key(where / "authority.key")
    openssl("req", "-x509", "-key", where / "authority.key", "-days", 10, "-subj", "/CN=authority", "-out", where / "authority.crt")


def make_signed(where, stem, name):
    """STEM.key, STEM.crt signed by the authority, and both in STEM.pem"""
    new_key(where / f"{stem}.key")
    openssl("req", "-new", "-key", where / f"{stem}.key", "-subj", f"/CN={name}", "-out", where / f"{stem}.csr")
    (where / "extensions").write_text(f"subjectAltName=DNS:{name}\n")
    openssl("x509", "-req", "-in", where / f"{stem}.csr", "-CA", where / "authority.crt", "-CAkey", where / "authority.key", "-CAcreateserial",
            "-days", 9, "-extfile", where / "extensions", "-out", where / f"{stem}.crt")
    (where / f"{stem}.pem").write_text((where / f"{stem}.key").read_text() + (where / f"{stem}.crt").read_text())


class Tunnel(socketserver.StreamRequestHandler):
    def handle(self):
        owner = self.server.owner
        method, target, _ = self.rfile.readline().decode().split()
        headers = {}
        while (line := self.rfile.readline().decode().strip()):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        owner.requests.append(f"{method} {target}")
        if owner.login and headers.pop("proxy-authorization", "") != "Basic " + base64.b64encode(owner.login.encode()).decode():
            self.wfile.write(b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        host = target if method == "CONNECT" else target.split("/")[2] + ":80"
        if host not in owner.routes:
            self.wfile.write(b"HTTP/1.1 502 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        with socket.create_connection(owner.routes[host]) as onward:
            if method == "CONNECT":
                self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                path = "/" + target.split("/", 3)[3]
                onward.sendall(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            self.pump(onward)

    def pump(self, onward):
        ends = [self.connection, onward]
        while True:
            for ready in select.select(ends, [], [], 30)[0]:
                data = ready.recv(65536)
                if not data:
                    return
                (onward if ready is self.connection else self.connection).sendall(data)


class Proxy:
    """Forwards to where `routes` says a host and port are; 502 for all others."""

    class Threads(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, *_):
            pass

    def __init__(self, login=None):
        self.requests, self.routes, self.login = [], {}, login
        self._server = self.Threads(("127.0.0.1", 0), Tunnel)
        self._server.owner = self
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def ipv6_loopback(port):
    """A server on [::1] that answers 200; yields False on a machine without IPv6."""
    class SixServer(socketserver.ThreadingTCPServer):
        address_family = socket.AF_INET6
        daemon_threads = True

    class Answer(socketserver.StreamRequestHandler):
        def handle(self):
            while self.rfile.readline().strip():
                pass
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    try:
        server = SixServer(("::1", port), Answer)
    except OSError:
        yield False
        return
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield True
    finally:
        server.shutdown()
        server.server_close()
