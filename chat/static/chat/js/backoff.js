/** How long to wait before the next try: full jitter, from half a second to thirty. */

const FIRST_MS = 500;
const LONGEST_MS = 30000;
const STABLE_MS = 10000;

/** Waits that grow with each failure and start over after ten good seconds. */
export class Backoff {
  constructor({ random = Math.random, now = Date.now } = {}) {
    this.random = random;
    this.now = now;
    this.failures = 0;
    this.openedAt = null;
  }

  /** A connection opened. */
  opened() {
    this.openedAt = this.now();
  }

  /** Milliseconds to wait after a connection ended; a server may have said how many seconds. */
  next(retryAfterSeconds = 0) {
    if (this.openedAt !== null && this.now() - this.openedAt >= STABLE_MS) this.failures = 0;
    this.openedAt = null;
    const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.failures);
    this.failures += 1;
    if (retryAfterSeconds > 0) return retryAfterSeconds * 1000 + this.random() * FIRST_MS;
    return Math.max(this.random() * ceiling, ceiling > FIRST_MS ? FIRST_MS : 0);
  }
}
