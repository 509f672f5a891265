"""Password hashing within the means of a small server."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class MemberArgon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane: OWASP's smallest advice.

    Django's default takes 100 MiB and most of a second; a storm of sign-ins would take the server down.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
