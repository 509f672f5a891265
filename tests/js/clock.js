/** A clock that moves when a test says so, with the timers of a browser. */
export class Clock {
  constructor() {
    this.at = 0;
    this.due = new Map();
    this.ids = 0;
    this.setTimeout = (then, ms = 0) => {
      this.ids += 1;
      this.due.set(this.ids, { at: this.at + ms, then });
      return this.ids;
    };
    this.clearTimeout = (id) => this.due.delete(id);
    this.now = () => this.at;
  }

  /** Moves on by so many milliseconds, running what falls due in order. */
  pass(ms) {
    const until = this.at + ms;
    for (;;) {
      const [next] = [...this.due].filter(([, one]) => one.at <= until).sort((a, b) => a[1].at - b[1].at);
      if (!next) break;
      this.due.delete(next[0]);
      this.at = next[1].at;
      next[1].then();
    }
    this.at = until;
  }
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export function chance(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
