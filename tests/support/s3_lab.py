"""Servers of a test's own for scripts that snapshot to S3: PostgreSQL, and Ceph's gateway with a bucket."""

import contextlib
import glob
import os
import pathlib
import subprocess
import tempfile
import urllib.parse
import xml.etree.ElementTree

SOURCE = pathlib.Path(os.environ["SLUICE_SOURCE_FOLDER"])
BIN = pathlib.Path(os.environ["SLUICE_BUILD_FOLDER"]) / "bin"
BUCKET = "lab"


def _facts(*command):
    done = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True)
    return dict(line.split("=", 1) for line in done.stdout.splitlines())


def shifted_clock(offset):
    """Variables for a program whose clock says another time, such as "+2h"; what measures durations is left alone."""
    library = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")[0]
    # The sanitizers want to be loaded first, and need not be.
    options = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    return {"LD_PRELOAD": library, "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "ASAN_OPTIONS": options}


class Lab(contextlib.AbstractContextManager):
    """Started by `with`; all that was started has ended behind it."""

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
            folder.chmod(0o755)  # the database's server runs as another user than root
            ceph = SOURCE / "tests/support/private_ceph.sh"
            postgres = SOURCE / "common/shell/private_postgres.sh"
            stack.callback(subprocess.run, [ceph, "stop", folder / "ceph"], check=True)
            self.s3 = _facts(ceph, "start", folder / "ceph")
            stack.callback(subprocess.run, [postgres, "stop", folder / "postgres"], check=True)
            self.postgres = _facts(postgres, "start", folder / "postgres")
            self.folder = folder
            self.port = int(self.s3["ENDPOINT"].rsplit(":", 1)[1])
            subprocess.run([ceph, "bucket", folder / "ceph", BUCKET], check=True)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def environment(self, endpoint=None, **more):
        """What a tool needs to reach both servers; the gateway itself, or what stands before it."""
        return {**os.environ, "LC_ALL": "C.UTF-8", "PGHOST": self.postgres["PGHOST"], "PGPORT": self.postgres["PGPORT"],
                "PGUSER": self.postgres["PGUSER"], "AWS_ENDPOINT_URL": endpoint or self.s3["ENDPOINT"],
                "AWS_ACCESS_KEY_ID": self.s3["ACCESS_KEY"], "AWS_SECRET_ACCESS_KEY": self.s3["SECRET_KEY"], **more}

    def sql(self, text, database="postgres"):
        return subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", text], check=True,
                              stdout=subprocess.PIPE, text=True, env=self.environment()).stdout.strip()

    def tool(self, name, *arguments, endpoint=None, **more):
        """Runs a built tool to its end."""
        return subprocess.run([BIN / name, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=self.environment(endpoint, **more), check=False)

    def begin(self, name, *arguments, endpoint=None, **more):
        """A built tool that goes on beside the test."""
        return subprocess.Popen([BIN / name, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=self.environment(endpoint, **more))

    def get(self, target, **query):
        """An object's text, or with an empty target the bucket's answer to the query: without any of our own code."""
        return self.get_bytes(target, **query).decode()

    def get_bytes(self, target, **query):
        text = urllib.parse.urlencode(sorted(query.items()), quote_via=urllib.parse.quote, safe="")
        url = f'{self.s3["ENDPOINT"]}/{BUCKET}/{target}' + (f"?{text}" if text else "")
        # The key on standard input, since the arguments of a process are everybody's to read.
        return subprocess.run(["curl", "--silent", "--show-error", "--fail", "--aws-sigv4", "aws:amz:us-east-1:s3", "--header",
                               "x-amz-content-sha256: UNSIGNED-PAYLOAD", "--config", "-", url], check=True,
                              input=f'user = "{self.s3["ACCESS_KEY"]}:{self.s3["SECRET_KEY"]}"'.encode(), stdout=subprocess.PIPE).stdout

    def pending_uploads(self, prefix):
        """The keys of uploads in parts that were begun and neither completed nor aborted."""
        page = xml.etree.ElementTree.fromstring(self.get("", uploads="", prefix=prefix))
        return [entry.text for entry in page.iter() if entry.tag.split("}")[-1] == "Key"]

    def keys(self, prefix):
        """All keys that begin so."""
        found, more = [], {}
        while True:
            page = xml.etree.ElementTree.fromstring(self.get("", **{"list-type": "2", "prefix": prefix}, **more))
            space = page.tag.split("}")[0] + "}" if "}" in page.tag else ""
            found += [entry.text for entry in page.iter(space + "Key")]
            token = page.findtext(space + "NextContinuationToken")
            if not token:
                return found
            more = {"continuation-token": token}
