"""The real settings of whichever version runs, with the drawing of its case tests."""

from __future__ import annotations

from nancheng.config import settings as real

globals().update({name: value for name, value in vars(real).items() if name.isupper()})

PROCESS_BINDINGS = ("nancheng.foundation.cases.tests.making.BINDINGS",)
