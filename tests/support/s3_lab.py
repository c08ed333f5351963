"""Servers of a test's own for scripts that snapshot to S3: PostgreSQL, and Ceph's gateway with a bucket."""

import contextlib
import os
import pathlib
import subprocess
import tempfile

SOURCE = pathlib.Path(os.environ["SLUICE_SOURCE_FOLDER"])
BIN = pathlib.Path(os.environ["SLUICE_BUILD_FOLDER"]) / "bin"
BUCKET = "lab"


def _facts(*command):
    done = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True)
    return dict(line.split("=", 1) for line in done.stdout.splitlines())


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
            self._make_bucket()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _make_bucket(self):
        # In a file, since the arguments of a process are everybody's to read.
        config = self.folder / "curl"
        config.write_text(f'user = "{self.s3["ACCESS_KEY"]}:{self.s3["SECRET_KEY"]}"\n')
        subprocess.run(["curl", "--silent", "--fail", "--request", "PUT", "--aws-sigv4", "aws:amz:us-east-1:s3", "--header",
                        "x-amz-content-sha256: UNSIGNED-PAYLOAD", "--config", config, f'{self.s3["ENDPOINT"]}/{BUCKET}'],
                       check=True, stdout=subprocess.DEVNULL)

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
