"""Settings of the tests: the project's own, with an environment that owes nothing to this machine."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# A tmpfs where there is one: the tests commit a lot, and power loss is not what they are about.
_quick = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else Path(tempfile.gettempdir())
_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
if "TEST_DIRECTORY" not in os.environ:  # made by the first process, shared with the workers it starts
    os.environ["TEST_DIRECTORY"] = tempfile.mkdtemp(prefix="commonlight-tests-", dir=_quick)
    atexit.register(shutil.rmtree, os.environ["TEST_DIRECTORY"], ignore_errors=True)
TEST_DIRECTORY = Path(os.environ["TEST_DIRECTORY"])

# Shared with the web processes that tests start, so that a session made here is one there.
KEYS = {
    "SECRET_KEY": "only-for-tests-Zk3vQ8wLr1xNcT6yBp9sHd2fJm5gAe7u",
    "FIELD_KEYS": "1:Zm9yLXRlc3RzLW9ubHktMzItYnl0ZXMtbG9uZy1rZXk=",
    "VAPID_PRIVATE_KEY": "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
}

# Everything a developer's own .env might say differently is said here first.
os.environ.update(
    DEBUG="0",
    DEMO="0",
    BASE_URL="http://testserver",
    ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
    EXTRA_ORIGINS="",
    SECRET_KEY_FALLBACKS="",
    **KEYS,
    TRUSTED_PROXIES="0",
    DATABASE_POOL="60",  # the races have more writers at once than a web process
    EMAIL_URL="memory://",
    DEFAULT_FROM_EMAIL="Commonlight <hello@testserver>",
    SITE_NAME="Commonlight",
    LANGUAGE_CODE="en",
    TIME_ZONE="UTC",
    LOG_LEVEL="INFO",
    PLAIN_STATIC="1",
    TEST_DATABASE=str(TEST_DIRECTORY / "test.sqlite3"),
)
os.environ.setdefault("DATABASE_URL", f"sqlite:///{TEST_DIRECTORY / 'unused.sqlite3'}")
os.environ.setdefault("REDIS_URL", "")

from community.settings import *  # noqa: E402, F403
from community.settings import CACHES, CHANNEL_LAYERS, DATABASES, REDIS_URL  # noqa: E402

DATABASES["default"]["CONN_MAX_AGE"] = 0  # no thread keeps a line from one test to the next

STATIC_ROOT = TEST_DIRECTORY / "static"  # empty: files are found where they lie
STATIC_ROOT.mkdir(exist_ok=True)
# Each test client makes the middleware anew, and would look at every static file each time: they are looked for when asked.
WHITENOISE_AUTOREFRESH = True
SCREENING = True
PHRASES_LOOK_SECONDS = None  # tests about the phrases in force look when they say so
GUARDED_ROOMS = False  # on where it is tested: elsewhere members may post with nobody on shift
HELP_FILE = TEST_DIRECTORY / f"help-{_worker}.json"
AUDIT_HEADS = TEST_DIRECTORY / f"audit-heads-{_worker}.log"
# Argon2 costs 40 ms on purpose. Tests sign in a lot; those about hashing ask for the real one.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if REDIS_URL:
    CACHES = {"default": {**CACHES["default"], "KEY_PREFIX": _worker}}
    CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = _worker  # type: ignore[index]
