"""Make or refresh the virtual environment from the locked requirements; nothing to do is quick.

Run by ``make`` with the system's python3, so the top of this file must be readable by an old one.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = Path(os.environ.get("NANCHENG_VENV") or ROOT / ".venv")
PYTHON = ENVIRONMENT / "bin" / "python"
PYTHON_MIN = (3, 11)

LAUNCHER = """#!{python}
import sys

from nancheng.config.command import main

sys.exit(main())
"""


def check_python() -> None:
    """Stop with a plain sentence when this Python cannot serve."""
    if sys.version_info < PYTHON_MIN:
        wanted = ".".join(map(str, PYTHON_MIN))
        sys.exit(
            f"Nancheng needs Python {wanted} or newer; {sys.executable} is older: {sys.version}\n"
            "Name a newer one: make PYTHON=/path/to/python3"
        )
    try:
        import ensurepip
        import venv
    except ImportError:
        sys.exit(
            f"{sys.executable} has no venv module. On Debian: apt-get install python3-venv\n"
            "Then run the same make command again."
        )
    assert ensurepip
    assert venv


def fingerprint(lock: Path) -> str:
    """Return what the environment must have been made from: the lock, the Python and this file."""
    content = lock.read_bytes() + sys.version.encode() + Path(__file__).read_bytes()
    return hashlib.sha256(content).hexdigest()


def install(kind: str, lock: Path) -> None:
    """Install one lock into the environment; every file is checked against its hash."""
    if not PYTHON.exists():
        print(f"[1/2] making the virtual environment in {ENVIRONMENT}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
    count = sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())
    print(f"[2/2] installing {count} locked packages ({kind})", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "--require-hashes", "--no-deps", "-r", str(lock)], check=True)


def link_product() -> None:
    """Let the environment find the product in src/ and give it its command."""
    command = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run([str(PYTHON), "-c", command], check=True, capture_output=True)
    folder = Path(packages.stdout.decode().strip())
    (folder / "nancheng.pth").write_text(f"{ROOT / 'src'}\n", encoding="utf-8")
    launcher = ENVIRONMENT / "bin" / "nancheng"
    launcher.write_text(LAUNCHER.format(python=PYTHON), encoding="utf-8")
    launcher.chmod(0o755)


def main() -> None:
    """Prepare the environment named on the command line: runtime or development."""
    kind = sys.argv[1]
    check_python()
    lock = ROOT / "requirements" / f"{kind}.txt"
    stamp = ENVIRONMENT / f"{kind}.sha256"
    wanted = fingerprint(lock)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted and PYTHON.exists():
        return
    install(kind, lock)
    link_product()
    stamp.write_text(wanted, encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failed:
        sys.exit(f"This step failed: {' '.join(map(str, failed.cmd))}")
