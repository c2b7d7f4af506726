"""The product's settings with the measured kinds of case bound in; for measuring alone."""

from nancheng.config.settings import *  # noqa: F403 -- a settings file built on another

INSTALLED_APPS = [*INSTALLED_APPS, "bench"]  # noqa: F405 -- taken over whole
PROCESS_BINDINGS = ("bench.stage.BINDINGS",)
ROOT_URLCONF = "bench.urls"
# A slow hash at each of many sign-ins would measure the hash.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
