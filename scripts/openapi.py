"""Write docs/openapi.json anew from the routes; ``--check`` only says whether it is current."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django

FILE = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def main() -> int:
    """Run the command; return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nancheng.config.settings")
    django.setup()
    from nancheng.api import document

    current = FILE.exists() and FILE.read_text(encoding="utf-8") == document.text()
    if "--check" not in sys.argv:
        FILE.write_text(document.text(), encoding="utf-8")
        current = True
    print("docs/openapi.json is current" if current else "run scripts/openapi.py")
    return 0 if current else 1


if __name__ == "__main__":
    sys.exit(main())
