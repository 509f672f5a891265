"""Django settings: the only reader of the environment. `.env.example` lists every variable."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import dj_email_url
import environs
from csp.constants import NONCE, NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
env = environs.Env()
env.read_env(BASE_DIR / ".env", recurse=False)


def secret(name: str, default: str = "") -> str:
    """The variable `name`, or the text of the file that `name`_FILE points to (container secrets)."""
    path = env.str(f"{name}_FILE", "")
    return Path(path).read_text(encoding="utf-8").strip() if path else env.str(name, default)


def development_key(name: str) -> str:
    """A random key kept in `var/`, made on first use. Only for DEBUG and DEMO; checks.py refuses it elsewhere."""
    path = VAR_DIR / f"{name}.key"
    if not path.exists():
        VAR_DIR.mkdir(exist_ok=True)
        path.write_text("development-" + secrets.token_urlsafe(48), encoding="utf-8")
        path.chmod(0o600)
    return path.read_text(encoding="utf-8")


# --- The site -------------------------------------------------------------------------------
SITE_NAME = env.str("SITE_NAME", "Commonlight")
LEAVE_URL = env.str("LEAVE_URL", "https://www.weather.gov/")
DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)
REHEARSAL = env.bool("REHEARSAL", False) and DEMO  # a shift to practise on; nobody in it is real
PLAYGROUND = DEBUG or DEMO  # on one's own machine: keys are made on first use, mail is shown in the terminal
BASE_URL = env.str("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
_base = urlsplit(BASE_URL)
SECURE_SITE = _base.scheme == "https"
SECRET_KEY = secret("SECRET_KEY") or (development_key("secret") if PLAYGROUND else "")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", [])
FIELD_KEYS = secret("FIELD_KEYS") or (development_key("field") if PLAYGROUND else "")
# Heads of the audit trail, for the check that finds one cut short. Best on a disk the application can only add to.
AUDIT_HEADS = env.str("AUDIT_HEADS", str(VAR_DIR / "audit-heads.log"))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", []) or [_base.hostname]
# Sockets and forms accept exactly these: scheme, host and port. A second address needs its own line.
ALLOWED_ORIGINS = [BASE_URL, *env.list("EXTRA_ORIGINS", [])]
CSRF_TRUSTED_ORIGINS = ALLOWED_ORIGINS
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)  # how many of our own stand in front; counted from the right
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
SECURITY_CONTACT = env.str("SECURITY_CONTACT", "security@localhost")

ROOT_URLCONF = "community.urls"
ASGI_APPLICATION = "community.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "community.Member"

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin.apps.SimpleAdminConfig",  # without its own site: ours is community.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_countries",  # for its translations
    "channels",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "community",
    "chat",
    "moderation",
]

MIDDLEWARE = [
    "community.middleware.RefusalsArePages",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "community.middleware.private_pages_are_not_stored",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "community.middleware.help_needs_nothing",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "community.middleware.who_left_is_out",
    "community.middleware.sessions_have_limits",
    "community.middleware.members_see_their_own_time",
    "community.middleware.help_knows_the_country",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "community.context.site",
            ],
        },
    }
]

# Asking the sites that the lists point to whether they are still there. A demo leaves strangers' sites alone.
CHECK_LINKS = env.bool("CHECK_LINKS", not PLAYGROUND)

# What curators published, for the help page, which asks no database. Written by the site itself.
HELP_FILE = Path(env.str("HELP_FILE", str(VAR_DIR / "help.json")))

# --- Sockets ---------------------------------------------------------------------------------
SOCKETS_PER_PROCESS = env.int("SOCKETS_PER_PROCESS", 2000)  # promise B6
SOCKETS_PER_ADDRESS = env.int("SOCKETS_PER_ADDRESS", 50)
LIMITS_SCALE = env.float("LIMITS_SCALE", 1.0)  # multiplies every rate limit; for load tests

# --- Database -------------------------------------------------------------------------------
DATABASE_URL = secret("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'commonlight.sqlite3'}"
DATABASES: dict[str, Any] = {"default": dj_database_url.parse(DATABASE_URL)}
_db = DATABASES["default"]
# Pages and sockets have a fixed number of threads, each with its connection: at most 15 in one process.
if _db["ENGINE"].endswith("sqlite3"):
    _db["CONN_MAX_AGE"] = 600
    # FULL, not NORMAL: "acknowledged" has to mean "on the disk" (promise R1).
    _db["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
        " PRAGMA mmap_size=268435456; PRAGMA cache_size=-8192; PRAGMA foreign_keys=ON;",
    }
    _db["TEST"] = {"NAME": env.str("TEST_DATABASE", str(VAR_DIR / "test.sqlite3"))}
    VAR_DIR.mkdir(exist_ok=True)
else:
    _db["OPTIONS"] = {
        "pool": {"min_size": 2, "max_size": env.int("DATABASE_POOL", 15), "timeout": 5},
        "connect_timeout": 5,
        "options": "-c statement_timeout=3000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=10000",
    }

# --- Hints between processes, cache, limits ---------------------------------------------------
REDIS_URL = secret("REDIS_URL")
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 5, "socket_connect_timeout": 2}]},
        }
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
# Sign-in limits live in the cache: of this process, or with `REDIS_URL` of all. Nobody may push them out with others.
_cache: dict[str, Any] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}
if REDIS_URL:
    _cache = {"BACKEND": "community.caching.ForgivingCache", "LOCATION": REDIS_URL,
              "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1}}  # fmt: skip
CACHES = {"default": _cache}

# --- Sessions, cookies, headers ---------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.db"
MEMBER_IDLE_SECONDS, STAFF_IDLE_SECONDS = 12 * 3600, 30 * 60
MEMBER_LIFE_SECONDS = SESSION_COOKIE_AGE = 14 * 24 * 3600
STAFF_LIFE_SECONDS = 8 * 3600
_host_prefix = "__Host-" if SECURE_SITE else ""
SESSION_COOKIE_NAME = f"{_host_prefix}session"
CSRF_COOKIE_NAME = f"{_host_prefix}csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SITE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "community.views.errors.form_was_open_too_long"
SECURE_SSL_REDIRECT = SECURE_SITE
SECURE_REDIRECT_EXEMPT = [r"^health/"]  # a watcher on the same machine asks without TLS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE_SITE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SITE
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, BASE_URL.replace("http", "ws", 1)],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF, LEAVE_URL],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
                    "microphone", "midi", "payment", "usb")
}  # fmt: skip
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # promise B2
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

# --- Signing in --------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["community.hashers.MemberArgon2", "django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("name", "email")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip
PASSWORD_RESET_TIMEOUT = 3600
LOGIN_URL, LOGIN_REDIRECT_URL = "account_login", "today"
LOGOUT_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "landing"
ACCOUNT_ADAPTER = "community.accounts.AccountAdapter"
MFA_ADAPTER = "community.accounts.SecondFactorAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "name"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
# Two people may type the same unconfirmed address, so joining tells nobody who is already here (S7).
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_NOTIFICATIONS = ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # this session stays; accounts.py ends all others
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {"login_failed": "50/15m/ip,10/15m/key", "login": "60/m/ip", "signup": "20/h/ip",
                       "reset_password": "20/m/ip,5/h/key"}  # fmt: skip
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the name is the account here; an address is optional
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PLAYGROUND
USERSESSIONS_TRACK_ACTIVITY = False  # a write for every page, to store what we do not keep

# --- Mail --------------------------------------------------------------------------------------
EMAIL_URL = secret("EMAIL_URL") or ("console://" if PLAYGROUND else "smtp://localhost:25")
vars().update(dj_email_url.parse(EMAIL_URL))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"{SITE_NAME} <hello@localhost>")

# --- Waking devices ----------------------------------------------------------------------------
# Without a key the switch says that push is not set up.
VAPID_PRIVATE_KEY = secret("VAPID_PRIVATE_KEY") or (development_key("vapid") if PLAYGROUND else "")
PUSH_ANYWHERE = LINKS_ANYWHERE = False  # True sends to plain addresses and to this machine. Only for tests.

# --- Looking for danger in what is written -------------------------------------------------------
# Where it was off for a while, the sweep reads what was missed. A process beside each web process does the reading.
SCREENING, READER_PROCESS = env.bool("SCREENING", True), env.bool("READER_PROCESS", True)

# While no moderator is on shift, rooms are slow and people who are new read along.
GUARDED_ROOMS = env.bool("GUARDED_ROOMS", True)

# Called when a case waits too long: an https address of the team, and the secret that signs what is sent there.
PAGING_WEBHOOK, PAGING_SECRET = env.str("PAGING_WEBHOOK", ""), secret("PAGING_SECRET")

# --- Languages, time, files ----------------------------------------------------------------------
LANGUAGE_CODE = env.str("LANGUAGE_CODE", "en")
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", "UTC")
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if env.bool("PLAIN_STATIC", False):  # tests and `make serve DEBUG=1`: no collecting, no hashed names
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = env.bool("PLAIN_STATIC", False)
WHITENOISE_AUTOREFRESH = False

# --- Logs: never what members write, never query strings ------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "community.logs.Line"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {name: {"level": "WARNING"} for name in ("django.channels.server", "daphne", "twisted", "uvicorn")},
}
