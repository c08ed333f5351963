"""What the scripts here share."""
import os
import pathlib
import sys

sys.path.insert(0, os.environ["SLUICE_SOURCE_FOLDER"] + "/tests/support")

from tool_cases import (SOURCE, Outcome, Postgres, case, clean_environment, eventually, folder, free_port,  # noqa: E402, F401
                        run_cases, run_tool, wait_for_port)

HERE = pathlib.Path(SOURCE) / "tests/tools/smoke"


def smoke(*arguments, checks=None, environment=None, limit=60):
    """Runs the tool; `checks` is a document or a text given on stdin for the argument "-"."""
    return run_tool(*arguments, text=checks, environment=environment, limit=limit)
