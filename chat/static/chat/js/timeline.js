/** What one reader has of a room: messages by seq, and the position. Pure state; a page listens. */

const KEPT = 200;

/** Takes frames and says what to draw: `upsert(entry, isNew)`, `remove(seq)`, `reset(entries)`, `behind()`. */
export class Timeline {
  constructor({ seq, revision, on }) {
    this.seq = seq;
    this.revision = revision;
    this.on = on;
    this.entries = new Map();
  }

  /** Where this reader stands, as the server wants to hear it. */
  get position() {
    return { seq: this.seq, revision: this.revision };
  }

  /** The oldest seq that is kept, or infinity. */
  get oldest() {
    return Math.min(...this.entries.keys());
  }

  /** The newest seq that is kept, or 0. */
  get newest() {
    return Math.max(0, ...this.entries.keys());
  }

  /** Messages the page came with, or that the history gave: known, not new. */
  adopt(entries) {
    entries.forEach((entry) => this.keep(entry));
  }

  /** A `messages` frame. A `prev` that is not our own position means something is missing: ask again from here. */
  messages({ prev, messages }) {
    if (prev !== this.seq && messages.some((entry) => entry.seq > this.seq)) {
      this.on.behind();
      return;
    }
    for (const entry of messages) {
      if (entry.seq <= this.seq) continue;
      this.seq = entry.seq;
      this.put(entry, true);
    }
    this.trim();
  }

  /** A `changes` frame: messages as they stand now. Those never shown here are none of our business. */
  changes({ revision, changes }) {
    changes.filter((entry) => this.entries.has(entry.seq)).forEach((entry) => this.put(entry, false));
    this.revision = Math.max(this.revision, revision);
  }

  /** A fresh page of history after a resync. */
  reset({ top, revision, messages }) {
    this.entries.clear();
    this.seq = top;
    this.revision = revision;
    messages.forEach((entry) => this.keep(entry));
    this.on.reset(messages.filter((entry) => entry.state !== "withdrawn"));
  }

  put(entry, isNew) {
    const known = this.entries.get(entry.seq);
    if (known && known.revision > entry.revision) return;
    if (entry.state === "withdrawn") {
      this.entries.delete(entry.seq);
      this.on.remove(entry.seq);
      return;
    }
    this.keep({ mine: known?.mine ?? [], ...entry });
    this.on.upsert(this.entries.get(entry.seq), isNew);
  }

  keep(entry) {
    if (entry.state !== "withdrawn") this.entries.set(entry.seq, entry);
  }

  trim() {
    if (this.entries.size <= KEPT || !this.on.mayTrim()) return;
    const surplus = [...this.entries.keys()].sort((a, b) => a - b).slice(0, this.entries.size - KEPT);
    surplus.forEach((seq) => {
      this.entries.delete(seq);
      this.on.remove(seq);
    });
  }
}
