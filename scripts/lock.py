"""Pin everything: pyproject.toml → requirements/*.txt (`make lock`).

pip-compile is told to forget the configuration of this machine's pip: a lock file must not depend
on local indexes or folders, and names none.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEADER = "# Made by `make lock` from pyproject.toml. Do not edit.\n#\n"
PIP_COMPILE = (sys.executable, "-m", "piptools", "compile")
OPTIONS = (
    "--quiet",
    "--upgrade",
    "--generate-hashes",
    "--allow-unsafe",
    "--strip-extras",
    "--no-config",
    "--no-header",
    "--no-emit-options",
    "--newline=lf",
)
FORGOTTEN = ("PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX")


def main() -> None:
    """Write the files anew, with the newest versions that pyproject.toml allows."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    runtime = told["project"]["dependencies"]
    pin("runtime.txt", runtime)
    # Tests run with the very versions that a person gets.
    dev = [*runtime, *told["dependency-groups"]["dev"]]
    pin("dev.txt", dev, "--constraint=requirements/runtime.txt")
    bench = told["dependency-groups"]["bench"]
    pin("bench.txt", [*dev, *bench], "--constraint=requirements/dev.txt")


def pin(name: str, wanted: list[str], *options: str) -> None:
    """Resolve requirement lines into a file of exact versions and hashes."""
    path = ROOT / "requirements" / name
    environment = {key: value for key, value in os.environ.items() if key not in FORGOTTEN}
    subprocess.run(
        [*PIP_COMPILE, *OPTIONS, *options, f"--output-file=requirements/{name}", "-"],
        input="\n".join(wanted),
        env=environment | {"PIP_CONFIG_FILE": os.devnull},
        cwd=ROOT,
        text=True,
        check=True,
    )
    text = path.read_text("utf-8").replace("via -r -", "via pyproject.toml")
    path.write_text(HEADER + text.replace("#   -r -", "#   pyproject.toml"), "utf-8")


if __name__ == "__main__":
    main()
