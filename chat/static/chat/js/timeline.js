/** What one reader has of a room: messages by seq, and the position. Pure state; a page listens. */

const KEPT = 200;
const REMEMBERED = 500;
const TRACELESS = new Set(["withdrawn", "held"]); // of these a page shows nothing at all

/**
 * Takes frames and says what to draw: `upsert(entry, isNew)`, `remove(seq)`, `reset(entries)`, and `changed(entry)` for
 * whatever quotes a changed message, also one that is not on the page. Calls `behind()` when something is missing, and
 * `late()` before something new comes that the position has passed. `last` is where a page ends that is not the newest.
 */
export class Timeline {
  constructor({ seq, revision, first = seq + 1, last = Infinity, moreBefore = false, on }) {
    Object.assign(this, { seq, revision, first, last, moreBefore, on });
    this.entries = new Map();
    this.elsewhere = new Map();
  }

  /** Where this reader stands, as the server wants to hear it. */
  get position() {
    return { seq: this.seq, revision: this.revision };
  }

  /** Messages that the page came with: known, not new. */
  adopt(entries) {
    entries.forEach((entry) => this.keep(entry));
  }

  /** A page of history before the first message here. Returns what is to be shown of it. */
  earlier({ messages, more_before: moreBefore }) {
    const newest = messages.filter((entry) => !this.entries.has(entry.seq)).map((entry) => this.latest(entry));
    newest.forEach((entry) => this.keep(entry));
    this.first = Math.min(this.first, messages[0]?.seq ?? this.first);
    this.moreBefore = moreBefore;
    return newest.filter((entry) => !TRACELESS.has(entry.state));
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

  /** A `changes` frame: messages as they stand now. Those not shown are kept for when their page is fetched. */
  changes({ revision, changes }) {
    changes.forEach((entry) => {
      if (this.entries.has(entry.seq)) this.put(entry, false);
      else if (this.comesLate(entry)) this.letIn(entry);
      else this.remember(entry);
      this.on.changed(entry);
    });
    this.revision = Math.max(this.revision, revision);
  }

  /** A fresh page of history after a resync. */
  reset({ top, revision, messages, more_before: moreBefore = false }) {
    this.entries.clear();
    this.elsewhere.clear();
    Object.assign(this, { seq: top, revision, moreBefore, first: messages[0]?.seq ?? top + 1, last: Infinity });
    this.adopt(messages);
    this.on.reset(messages.filter((entry) => !TRACELESS.has(entry.state)));
  }

  // Held back until now: it has a place on this page, where nothing of it was shown.
  comesLate({ seq, state }) {
    const first = this.moreBefore ? this.first : 1;
    return !state && seq >= first && seq <= Math.min(this.seq, this.last);
  }

  // New to this reader, whose position has passed it; unless it is among what they read before, as after an unblocking.
  letIn(entry) {
    const isNew = this.elsewhere.get(entry.seq)?.state === "held" || ![...this.entries.keys()].some((seq) => seq > entry.seq);
    if (isNew) this.on.late?.();
    this.put(entry, isNew);
  }

  put(entry, isNew) {
    const known = this.entries.get(entry.seq);
    if (known && known.revision > entry.revision) return;
    if (TRACELESS.has(entry.state)) {
      this.entries.delete(entry.seq);
      this.remember(entry);
      this.on.remove(entry.seq);
      return;
    }
    this.keep({ mine: known?.mine ?? [], ...entry });
    this.on.upsert(this.entries.get(entry.seq), isNew);
  }

  // A page of history may be older than a change that overtook it on the socket.
  latest(entry) {
    const seen = this.elsewhere.get(entry.seq);
    return seen && seen.revision >= entry.revision ? { mine: entry.mine, ...seen } : entry;
  }

  remember(entry) {
    this.elsewhere.delete(entry.seq);
    this.elsewhere.set(entry.seq, entry);
    if (this.elsewhere.size > REMEMBERED) this.elsewhere.delete(this.elsewhere.keys().next().value);
  }

  keep(entry) {
    if (TRACELESS.has(entry.state)) this.remember(entry);
    else this.entries.set(entry.seq, entry);
  }

  trim() {
    if (this.entries.size <= KEPT || !this.on.mayTrim()) return;
    const inOrder = [...this.entries.keys()].sort((a, b) => a - b);
    const surplus = inOrder.slice(0, -KEPT);
    surplus.forEach((seq) => {
      this.entries.delete(seq);
      this.on.remove(seq);
    });
    this.first = inOrder[surplus.length];
    this.moreBefore = true;
  }
}
