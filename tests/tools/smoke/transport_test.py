#!/usr/bin/env python3
"""transport_test.py SMOKE: HTTP/2, certificates on both sides, proxies, fixed addresses, IPv6, and networks kept out."""
import contextlib
import json
import signal
import socket
import subprocess

from server import Server
from support import case, folder, free_port, run_cases, smoke, wait_for_port
from transport import Proxy, ipv6_loopback, make_authority, make_signed

NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.pem;
  server {{ listen 127.0.0.1:{h2} ssl http2; location / {{ return 200 'two'; }} }}
  server {{ listen 127.0.0.1:{h1} ssl; location / {{ return 200 'one'; }} }}
  server {{
    listen 127.0.0.1:{mutual} ssl; ssl_client_certificate {folder}/authority.crt; ssl_verify_client on;
    location / {{ return 200 $ssl_client_s_dn; }}
  }}
}}
"""


def http(url, expect, **more):
    return {"version": 1, "defaults": {"timeout": "5s"}, "checks": [{"id": "a", "type": "http", "url": url, "expect": expect, **more}]}


def expect(on, value):
    return [{"on": on, "op": "eq", "value": value}]


def record(outcome):
    return json.loads(outcome.out)["checks"][0]


@contextlib.contextmanager
def tls_servers():
    """nginx with HTTP/2, without, and one that wants a client's certificate; all known as shop.test."""
    with folder() as where:
        make_authority(where)
        make_signed(where, "server", "shop.test")
        make_signed(where, "client", "checker")
        ports = {name: free_port() for name in ("h2", "h1", "mutual")}
        (where / "nginx.conf").write_text(NGINX.format(folder=where, **ports))
        nginx = subprocess.Popen(["nginx", "-c", str(where / "nginx.conf"), "-e", str(where / "error.log")])
        try:
            for port in ports.values():
                wait_for_port(port)
            yield where, ports
        finally:
            nginx.send_signal(signal.SIGTERM)
            nginx.wait()


def to(where, port, wanted, **more):
    """shop.test by `resolve`, trusted by the authority's certificate alone."""
    return http(f"https://shop.test:{port}/", wanted, resolve=[f"shop.test:{port}:127.0.0.1"], ca_file=str(where / "authority.crt"), **more)


@case
def http_2():
    """HTTP/2 is taken where it is offered, can be asserted, and 1.1 can be asked for"""
    with tls_servers() as (where, ports):
        for port, more, version in [("h2", {}, "2"), ("h2", {"http_version": "2"}, "2"), ("h2", {"http_version": "1.1"}, "1.1"),
                                    ("h1", {}, "1.1")]:
            outcome = smoke("-", checks=to(where, ports[port], expect("http_version", version), **more))
            assert outcome.code == 0, (port, more, outcome)
        wrong = smoke("-", checks=to(where, ports["h1"], expect("http_version", "2"), http_version="2"))
        assert wrong.code == 1 and 'actual:   string "1.1"' in wrong.err, wrong


@case
def names_and_certificates():
    """a certificate counts for its own name and issuer only, and resolve changes the address, not the name"""
    with tls_servers() as (where, ports):
        port = ports["h1"]
        good = smoke("-", "--json", checks=to(where, port, expect("body", "one")))
        assert good.code == 0 and record(good)["remote_ip"] == "127.0.0.1", good
        other_name = to(where, port, expect("body", "one"))
        other_name["checks"][0].update(url=f"https://other.test:{port}/", resolve=[f"other.test:{port}:127.0.0.1"])
        unknown_issuer = to(where, port, expect("body", "one"))
        del unknown_issuer["checks"][0]["ca_file"]
        for checks in (other_name, unknown_issuer):
            outcome = smoke("-", "--json", checks=checks)
            assert outcome.code == 1 and record(outcome)["kind"] == "tls", outcome
        days = smoke("-", checks=to(where, port, [{"on": "cert_days", "op": "ge", "value": 8}, {"on": "cert_days", "op": "le", "value": 10}]))
        assert days.code == 0, days


@case
def client_certificates():
    """a client's certificate is shown to a server that asks for it, and a missing or unreadable one is no pass"""
    with tls_servers() as (where, ports):
        mine = {"client_certificate": str(where / "client.crt"), "client_key": str(where / "client.key")}
        assert smoke("-", checks=to(where, ports["mutual"], expect("body", "CN=checker"), **mine)).code == 0
        both = {"client_certificate": str(where / "client.pem")}
        assert smoke("-", checks=to(where, ports["mutual"], expect("body", "CN=checker"), **both)).code == 0
        without = smoke("-", "--json", checks=to(where, ports["mutual"], expect("status", 200)))
        assert without.code == 1 and record(without)["status"] == 400, without
        for wrong in ({**mine, "client_key": str(where / "gone")}, {**mine, "client_key": str(where / "server.key")}):
            outcome = smoke("-", checks=to(where, ports["mutual"], expect("status", 200), **wrong))
            assert outcome.code == 2, outcome


@case
def proxies():
    """a proxy is used where the check or the environment names one, for no_proxy and \"none\" it is not"""
    with Server() as server, Proxy() as proxy, tls_servers() as (where, ports):
        shop = http("http://shop.test/ok", expect("status", 200))
        for more, environment, seen in [({"proxy": proxy.url()}, {}, True), ({}, {"http_proxy": proxy.url()}, True),
                                        ({"proxy": "none"}, {"http_proxy": proxy.url()}, False),
                                        ({}, {"http_proxy": proxy.url(), "no_proxy": "shop.test"}, False)]:
            proxy.requests.clear()
            proxy.routes = {"shop.test:80": ("127.0.0.1", server.port)}
            shop["checks"][0] = {**http("http://shop.test/ok", expect("status", 200))["checks"][0], **more}
            outcome = smoke("-", checks=shop, environment=environment)
            assert (outcome.code == 0) == seen, (more, environment, outcome)
            assert (proxy.requests == ["GET http://shop.test/ok"]) == seen, (more, proxy.requests)
        proxy.requests.clear()
        proxy.routes = {f"shop.test:{ports['h1']}": ("127.0.0.1", ports["h1"])}
        tunnel = http(f"https://shop.test:{ports['h1']}/", expect("body", "one"), ca_file=str(where / "authority.crt"), proxy=proxy.url())
        assert smoke("-", checks=tunnel).code == 0 and proxy.requests == [f"CONNECT shop.test:{ports['h1']}"], proxy.requests
        proxy.routes = {}
        refused = smoke("-", "--json", checks=tunnel)
        assert refused.code == 1 and "502" in record(refused)["why"], refused
        away = smoke("-", checks=http("http://shop.test/", expect("status", 200), proxy=f"http://127.0.0.1:{free_port()}"))
        assert away.code == 1, away


@case
def proxy_login():
    """a proxy's login is sent to it and stands nowhere else"""
    with Server() as server, Proxy(login="user:pr0xy-s3cret") as proxy, folder() as where:
        proxy.routes = {"shop.test:80": ("127.0.0.1", server.port)}
        url = f"http://${{env:LOGIN}}@127.0.0.1:{proxy.port}"
        for login, code in (("user:pr0xy-s3cret", 0), ("user:wr0ng-s3cret", 1)):
            outcome = smoke("-", "--verbose", "--report", where / "r.json", "--junit", where / "j.xml",
                            checks=http("http://shop.test/ok", expect("status", 200), proxy=url), environment={"LOGIN": login})
            assert outcome.code == code, outcome
            written = outcome.out + outcome.err + (where / "r.json").read_text() + (where / "j.xml").read_text()
            assert login.split(":")[1] not in written, written
        assert "Proxy-Authorization" not in str(server.requests), server.requests


@case
def families():
    """\"ip\" holds a check to IPv4 or IPv6; without it the family that works is taken"""
    port = free_port()
    with ipv6_loopback(port) as six, Server() as four:
        names = {"resolve": [f"both.test:{port}:[::1],127.0.0.1"]}
        if six:
            seen = smoke("-", "--json", checks=http(f"http://both.test:{port}/", expect("remote_ip", "::1"), ip="6", **names))
            assert seen.code == 0, seen
            assert smoke("-", checks=http(f"http://[::1]:{port}/", expect("status", 200), ip="6")).code == 0
        only_four = smoke("-", "--json", checks=http(f"http://127.0.0.1:{four.port}/ok", expect("status", 200), ip="6"))
        assert only_four.code != 0, only_four
        names = {"resolve": [f"both.test:{four.port}:[::1],127.0.0.1"]}
        fallback = smoke("-", "--json", checks=http(f"http://both.test:{four.port}/ok", expect("remote_ip", "127.0.0.1"), **names))
        assert fallback.code == 0, fallback
        held = smoke("-", checks=http(f"http://both.test:{four.port}/ok", expect("status", 200), ip="6", **names))
        assert held.code == 1, held
    tcp = {"version": 1, "checks": [{"id": "a", "type": "tcp", "address": f"[::1]:{port}"}]}
    assert smoke("-", checks=tcp).code == 1


@case
def networks():
    """checks connect to the listed networks only, and never to the local link unless it is listed"""
    with Server() as server:
        outside = http(server.url(), expect("status", 200))
        outside["networks"] = ["192.0.2.0/24", "fd00::/8"]
        tcp = {"version": 1, "networks": ["192.0.2.0/24"], "checks": [{"id": "a", "type": "tcp", "address": f"127.0.0.1:{server.port}"}]}
        # A name leads anywhere: what counts is the address behind it.
        metadata = http("http://shop.test/", expect("status", 200), resolve=["shop.test:80:169.254.169.254"])
        metadata_tcp = {"version": 1, "checks": [{"id": "a", "type": "tcp", "address": "169.254.169.254:80"}]}
        for checks in (outside, tcp, metadata, metadata_tcp):
            outcome = smoke("wait", "-", "--deadline", "30s", checks=checks)
            assert outcome.code == 2 and "not among the networks" in outcome.err, outcome
        assert not server.requests
        assert smoke("-", checks={**outside, "networks": ["127.0.0.0/8"]}).code == 0
        assert smoke("-", checks={**tcp, "networks": ["127.0.0.1"]}).code == 0
        server.elsewhere = "http://169.254.169.254/latest/meta-data/"
        redirected = smoke("-", checks=http(server.url("/elsewhere"), expect("status", 200), follow=1))
        assert redirected.code == 2 and "169.254.169.254 is not among" in redirected.err, redirected
        for text, message in (("10.0.0.0/33", "is no network"), ("shop.test", "is no network")):
            wrong = smoke("lint", "-", checks={**outside, "networks": [text]})
            assert wrong.code == 2 and message in wrong.err and "^" in wrong.err, wrong
        assert smoke("lint", "-", checks={**outside, "networks": []}).code == 2


run_cases()
