"""Django's settings; everything a machine may vary is read in ``environment``."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from nancheng.config import environment, wiring

if sys.flags.optimize:
    raise SystemExit("Nancheng does not start under python -O: its assertions must stay on.")

ROOT = Path(__file__).resolve().parents[3]
NANCHENG_DATA = environment.data_folder(ROOT)
DEBUG = environment.flag("NANCHENG_DEBUG")
SECRET_KEY = environment.secret_key(NANCHENG_DATA)
ALLOWED_HOSTS = environment.words("NANCHENG_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("NANCHENG_ORIGINS")

FOUNDATION_APPS = [f"nancheng.foundation.{app}" for app in wiring.FOUNDATION]
DOMAIN_APPS = [f"nancheng.domains.{domain}" for domain in wiring.DOMAINS]
DASHBOARD_APPS = [f"nancheng.dashboards.{dashboard}" for dashboard in wiring.DASHBOARDS]
DOOR_APPS = [f"nancheng.{door}" for door in wiring.DOORS]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    *FOUNDATION_APPS,
    *DOMAIN_APPS,
    *DASHBOARD_APPS,
    *DOOR_APPS,
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "nancheng.foundation.web.headers.restrict",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "nancheng.foundation.people.middleware.identify",
    "nancheng.foundation.web.refusals.explain",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "nancheng.config.urls"
WSGI_APPLICATION = "nancheng.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "nancheng.foundation.web.jinja.Templates",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "nancheng.foundation.web.jinja.environment",
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "nancheng.foundation.web.shell.context",
            ],
        },
    }
]

DATABASES = {"default": environment.database(NANCHENG_DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- who -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "nancheng.foundation.people.backends.PasswordBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "nancheng.foundation.people.passwords.ThreeKinds"},
]
LOGIN_URL = "people:sign-in"
LOGIN_REDIRECT_URL = "/"
# Usual practice under 等保 level 3 (the figures are not in the standard): 5 former passwords,
# 90 days, 5 failures, 10 minutes, 30 idle minutes.
PASSWORD_HISTORY = 5
PASSWORD_AGE_DAYS = 90
# Local practice: a request that nobody confirmed for so long is asked for anew.
CONFIRMATION_DAYS = 30
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=10)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "nancheng.foundation.people.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# What its table of failures must not keep in plain: one-time codes, and who tried from where.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code", "current"]
SESSION_ENGINE = "nancheng.foundation.people.sessions"
SESSION_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "nancheng.foundation.web.refusals.csrf_failure"
BEHIND_TLS = environment.flag("NANCHENG_TLS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The pages need nothing from elsewhere and no script or style within a page.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self' data:;"
    " img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self' blob:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

# --- language, time ------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "src" / "nancheng" / "config" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- files ---------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = NANCHENG_DATA / "static"
STATIC_HASHED = environment.flag("NANCHENG_STATIC_HASHED")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if STATIC_HASHED
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = not STATIC_HASHED
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
FILE_SIZE_MAX = 20 << 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# --- mail ----------------------------------------------------------------------------------------
globals().update(environment.mail())
DEFAULT_FROM_EMAIL = environment.mail_from()

# --- what config tells the rings below -----------------------------------------------------------
PROCESS_BINDINGS = wiring.PROCESS_BINDINGS
REFUSALS = wiring.REFUSALS
TWO_HANDS = wiring.TWO_HANDS
DATED_SETTING = wiring.DATED_SETTING
CASE_KIND = wiring.CASE_KIND
CASE_KINDS = wiring.CASE_KINDS
FILE_READERS = wiring.FILE_READERS
FILE_GUARDS = wiring.FILE_GUARDS
PROJECT_PANELS = wiring.PROJECT_PANELS
MENU = wiring.MENU
SHELL = wiring.SHELL
TOKEN_WORDS = wiring.TOKEN_WORDS
PERSONAL_DATA = wiring.PERSONAL_DATA
VERB_WORDS = wiring.VERB_WORDS
LIST_WORDS = wiring.LIST_WORDS
ENGLISH_NAME = wiring.ENGLISH_NAME
TOKEN_KINDS = wiring.TOKEN_KINDS

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
