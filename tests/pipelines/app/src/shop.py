"""A shop's HTTP service: DATABASE_URL and PORT say where, REVISION which code this is."""
import http.server
import json
import os
import sys

import psycopg2


def one_value(sql):
    connection = psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=5)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]
    finally:
        connection.close()


PAGES = {
    "/customers": lambda: {"customers": one_value("SELECT count(*) FROM shop.customers WHERE name <> ''")},
    # What a customer owes is shown by no other page, so only the check after a release sees it broken.
    "/balance": lambda: {"balance": float(one_value("SELECT coalesce(sum(balance), 0) FROM shop.customers"))},
    "/health": lambda: {"database": one_value("SELECT 1")},
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            status, body = (200, PAGES[self.path]()) if self.path in PAGES else (404, {"error": "no such page"})
        except (psycopg2.Error, TypeError) as error:
            status, body = 500, {"error": str(error).splitlines()[0]}
        text = json.dumps(body | {"revision": os.environ.get("REVISION", "unknown")}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
    sys.exit(1)
