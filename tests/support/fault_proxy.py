#!/usr/bin/env python3
"""A proxy before a real S3 server that spoils some of what passes.

    fault_proxy.py --upstream http://127.0.0.1:PORT [--share 0.1 --seed 1]

prints ENDPOINT=http://127.0.0.1:PORT and runs until it is killed; the share of requests is spoilt in one of the ways
that pass by themselves, and a line tells of each. Tests in Python use the class, which also takes single faults. The Host header is passed on as
it came, so what the client signed for the proxy's address is what the server checks.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import datetime
import random
import re
import socket
import struct
import threading

# A client that repeats its request is served; nothing that was delivered is wrong.
PASSING = ["reset before", "reset after", "status 500", "status 503", "slow", "truncated"]

# Status, code and message as Amazon's "Error responses" has them.
REFUSALS = {
    "status 500": (500, "InternalError", "We encountered an internal error. Please try again."),
    "status 503": (503, "SlowDown", "Please reduce your request rate."),
    "expired token": (400, "ExpiredToken", "The provided token has expired."),
    "skewed": (403, "RequestTimeTooSkewed", "The difference between the request time and the server's time is too large."),
    "late error": (200, "InternalError", "We encountered an internal error. Please try again."),
    "denied": (403, "AccessDenied", "Access Denied"),
}


@dataclasses.dataclass
class Fault:
    """Spoils each `every`-th request, from the first on, whose method and target match."""

    kind: str
    every: int = 1
    method: str = ".*"
    target: str = ".*"  # a regular expression that is searched for in path and query
    matched: int = 0
    done: int = 0

    def applies(self, method, target):
        if not (re.fullmatch(self.method, method) and re.search(self.target, target)):
            return False
        self.matched += 1
        applies = (self.matched - 1) % self.every == 0
        self.done += applies
        return applies


class RandomFaults:
    """A share of all requests in one of the ways that pass; the same sequence for the same seed."""

    def __init__(self, share, seed):
        self.share = share
        self.random = random.Random(seed)
        self.done = 0

    def kind_for(self, method, target):
        if self.random.random() >= self.share:
            return None
        self.done += 1
        kind = self.random.choice(PASSING)
        print(f"{kind}: {method} {target}", flush=True)
        return kind


class ListedFaults:
    def __init__(self, *faults):
        self.faults = faults

    @property
    def done(self):
        return sum(fault.done for fault in self.faults)

    def kind_for(self, method, target):
        return next((fault.kind for fault in self.faults if fault.applies(method, target)), None)


@dataclasses.dataclass
class Message:
    first_line: str
    headers: list
    body: bytes

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name), None)

    def head(self):
        lines = [self.first_line] + [f"{key}: {value}" for key, value in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def status(self):
        return int(self.first_line.split()[1])


async def read_head(reader):
    text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first_line, *lines = text[:-4].split("\r\n")
    return Message(first_line, [tuple(line.split(": ", 1)) if ": " in line else (line.rstrip(":"), "") for line in lines], b"")


async def read_chunked(reader):
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


async def read_answer(reader, method):
    answer = await read_head(reader)
    if method != "HEAD" and answer.status() not in (204, 304):
        if answer.header("transfer-encoding") == "chunked":
            answer.body = await read_chunked(reader)
            answer.headers = [(k, v) for k, v in answer.headers if k.lower() != "transfer-encoding"]
            answer.headers.append(("Content-Length", str(len(answer.body))))
        else:
            answer.body = await reader.readexactly(int(answer.header("content-length") or 0))
    return answer


def refusal(kind, method):
    status, code, words = REFUSALS[kind]
    body = f"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{words}</Message></Error>".encode()
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT")
    headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(body))), ("Date", date)]
    # To HEAD a server says only the status.
    return Message(f"HTTP/1.1 {status} {code}", headers, b"" if method == "HEAD" else body)


def with_body(answer, body):
    headers = [(k, str(len(body)) if k.lower() == "content-length" else v) for k, v in answer.headers]
    return Message(answer.first_line, headers, body)


def changed(kind, answer):
    """What is delivered as if it were whole."""
    middle = len(answer.body) // 2
    if kind == "shortened":
        return with_body(answer, answer.body[:middle])
    if kind == "wrong bytes" and answer.body:
        wrong = bytes(byte ^ 0x15 for byte in answer.body[middle : middle + 16])
        return with_body(answer, answer.body[:middle] + wrong + answer.body[middle + 16 :])
    if kind == "wrong count":  # still a good JSON document
        return with_body(answer, re.sub(rb'("rows": *)(\d)', lambda m: m[1] + (b"1" if m[2] == b"2" else b"2"), answer.body))
    if kind == "another answer":
        return with_body(answer, b"<html><body>Please log in.</body></html>")
    return answer


class Reset(Exception):
    pass


async def deliver(writer, answer, kind):
    head, middle = answer.head(), len(answer.body) // 2
    # Of an answer without a body the head is cut.
    first, rest = (head[: len(head) // 2], b"") if not answer.body else (head + answer.body[:middle], answer.body[middle:])
    if kind == "truncated":
        writer.write(first)
        await writer.drain()
        raise Reset
    if kind == "stalled":
        writer.write(first)
        await writer.drain()
        await asyncio.sleep(3600)
    if kind == "slow" and answer.body:
        writer.write(head)
        step = max(1, len(answer.body) // 8)
        for at in range(0, len(answer.body), step):
            writer.write(answer.body[at : at + step])
            await writer.drain()
            await asyncio.sleep(0.05)
        return
    answer = changed(kind, answer)
    writer.write(answer.head() + answer.body)
    await writer.drain()


class FaultProxy:
    def __init__(self, upstream_port, faults):
        self.upstream_port = upstream_port
        self.faults = faults
        self.requests = 0

    async def pass_on(self, request, method):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream_port, limit=2**20)
        try:
            # The interim answer to Expect was ours.
            request.headers = [(k, v) for k, v in request.headers if k.lower() not in ("expect", "connection")]
            request.headers.append(("Connection", "close"))
            writer.write(request.head() + request.body)
            answer = await read_answer(reader, method)
        finally:
            writer.close()
        answer.headers = [(k, v) for k, v in answer.headers if k.lower() not in ("connection", "keep-alive")]
        return answer

    async def serve(self, reader, writer):
        request = await read_head(reader)
        method, target, _ = request.first_line.split(" ", 2)
        kind = self.faults.kind_for(method, target)
        self.requests += 1
        if kind == "reset before":
            raise Reset
        if (request.header("expect") or "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.body = await reader.readexactly(int(request.header("content-length") or 0))
        answer = refusal(kind, method) if kind in REFUSALS else await self.pass_on(request, method)
        if kind == "reset after":
            raise Reset
        await deliver(writer, answer, kind if answer.status() // 100 == 2 else None)

    async def converse(self, reader, writer):
        try:
            while True:
                await self.serve(reader, writer)
        except (Reset, asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            # With this option a close is a reset to the other side, where that has not gone itself.
            with contextlib.suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    async def listen(self):
        server = await asyncio.start_server(self.converse, "127.0.0.1", 0, limit=2**20)
        return server, server.sockets[0].getsockname()[1]


class RunningProxy:
    """A proxy in a thread, for the length of a with statement."""

    def __init__(self, upstream_port, *faults):
        self.faults = ListedFaults(*faults)
        self.proxy = FaultProxy(upstream_port, self.faults)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        self.server, port = asyncio.run_coroutine_threadsafe(self.proxy.listen(), self.loop).result()
        self.endpoint = f"http://127.0.0.1:{port}"
        return self

    async def end(self):
        self.server.close()
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task():
                task.cancel()

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self.end(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()


async def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--upstream", required=True, help="http://127.0.0.1:PORT")
    parser.add_argument("--share", type=float, default=0.1, help="of all requests that are spoilt")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    proxy = FaultProxy(int(options.upstream.rsplit(":", 1)[1]), RandomFaults(options.share, options.seed))
    server, port = await proxy.listen()
    print(f"ENDPOINT=http://127.0.0.1:{port}", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
