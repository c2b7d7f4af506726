"""Write the locks anew from requirements/*.in: newest versions, hashes, no addresses."""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / "build" / "lock-environment"
OPTIONS = (
    *("--python-version", "3.11", "--generate-hashes", "--upgrade"),
    *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
)


def main() -> None:
    """Compile both locks with uv, kept in an environment of its own."""
    tool = str(ENVIRONMENT / "bin" / "uv")
    if not Path(tool).exists():
        venv.create(ENVIRONMENT, with_pip=True)
        subprocess.run([ENVIRONMENT / "bin" / "pip", "install", "--quiet", "uv"], check=True)
    for kind in ("runtime", "development"):
        source = f"requirements/{kind}.in"
        target = f"requirements/{kind}.txt"
        print(f"{source} -> {target}", flush=True)
        command = [tool, "pip", "compile", "--quiet", *OPTIONS, source, "--output-file", target]
        subprocess.run(command, check=True, cwd=ROOT)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failed:
        sys.exit(f"This step failed: {' '.join(map(str, failed.cmd))}")
