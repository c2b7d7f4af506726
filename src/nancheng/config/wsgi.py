"""The WSGI application that granian or gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nancheng.config.settings")

# What a request leaves behind is mostly freed by counting; circles are looked for seldom, and never
# among what is loaded once and stays.
GARBAGE_AFTER = (20_000, 20, 50)


def _loaded_once() -> None:
    from django.urls import get_resolver

    assert get_resolver().url_patterns  # every view, with all it imports
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_AFTER)


application = get_wsgi_application()
_loaded_once()
