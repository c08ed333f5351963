#!/usr/bin/env python3
"""application.py REVISION COLUMN PORT LOG: a small shop that reads one column of its database.

Answers GET /customer with the customer's name and its own revision. Beside the requests it asks its database every few
milliseconds and logs each change between good and bad with the time, and each request that fails: the truth that a test
holds against what was seen from outside.
"""
import http.server
import json
import socketserver
import sys
import threading
import time

import psycopg2

REVISION, COLUMN, PORT, LOG = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
QUERY = f"SELECT {COLUMN} FROM customer WHERE id = 1"


def log(what):
    with open(LOG, "a", encoding="utf-8") as file:
        file.write(json.dumps({"t": time.time(), "revision": REVISION, "what": what}) + "\n")


def connect():
    connection = psycopg2.connect("")
    connection.autocommit = True
    return connection


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    local = threading.local()

    def do_GET(self):
        try:
            if not hasattr(self.local, "connection"):
                self.local.connection = connect()
            with self.local.connection.cursor() as cursor:
                cursor.execute(QUERY)
                status, answer = 200, {"name": cursor.fetchone()[0]}
        except psycopg2.Error as problem:
            status, answer = 500, {"error": str(problem).splitlines()[0]}
            log("failed request")
        body = json.dumps({**answer, "revision": REVISION}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def watch_own_query():
    connection = connect()
    before = None
    while True:
        try:
            with connection.cursor() as cursor:
                cursor.execute(QUERY)
            now = "good"
        except psycopg2.Error:
            now = "bad"
        if now != before:
            log(now)
            before = now
        time.sleep(0.005)


threading.Thread(target=watch_own_query, daemon=True).start()
Server(("127.0.0.1", PORT), Handler).serve_forever()
