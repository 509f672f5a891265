/** Where many write at once, messages are drawn in groups, so that they can be read. Pure. */

const MANY = 12; // messages
const WITHIN_MS = 10000;
const EVERY_MS = 2500;

/**
 * Takes new messages of others in order and calls `draw(entries)`: each alone, or, above the rate and while
 * `isAtEnd()`, together at most every two and a half seconds.
 */
export class Flow {
  constructor({ draw, isAtEnd, timers = globalThis, now = Date.now }) {
    Object.assign(this, { draw, isAtEnd, timers, now });
    this.times = [];
    this.waiting = new Map();
    this.timer = null;
  }

  /** A message came. */
  arrived(entry) {
    this.times = [...this.times.slice(-MANY), this.now()];
    this.waiting.set(entry.seq, entry);
    if (!this.isBusy || !this.isAtEnd()) this.flush();
    else this.timer ??= this.timers.setTimeout(() => this.flush(), EVERY_MS);
  }

  /** More than a dozen came within ten seconds. */
  get isBusy() {
    return this.times.length > MANY && this.times.at(-1) - this.times[0] < WITHIN_MS;
  }

  /** A message changed. True when it has not been drawn yet: it will be, as it is now. */
  changed(entry) {
    if (!this.waiting.has(entry.seq)) return false;
    this.waiting.set(entry.seq, entry);
    return true;
  }

  /** A message went away before it was drawn. */
  removed(seq) {
    this.waiting.delete(seq);
  }

  /** Draws what waits, now. */
  flush() {
    const entries = [...this.waiting.values()];
    this.clear();
    if (entries.length) this.draw(entries);
  }

  /** Forgets what waits: the page begins anew. */
  clear() {
    this.timers.clearTimeout(this.timer);
    this.timer = null;
    this.waiting.clear();
  }
}
