/** How much is new in each of one's rooms, from `hello` and `unread` frames. Pure state. */

/**
 * Calls `changed({ room, count, total, talks, more })`: `total` is what is new in rooms, `talks` one to one, `more` by how
 * much this one's count grew. `except` is open on this page.
 */
export class Unread {
  constructor({ changed, except = "" }) {
    Object.assign(this, { changed, except });
    this.counts = new Map();
    this.talkRooms = new Set();
  }

  /** The number of new messages in all rooms but the open one. */
  get total() {
    return this.sum((room) => !this.talkRooms.has(room));
  }

  /** The same in conversations. */
  get talks() {
    return this.sum((room) => this.talkRooms.has(room));
  }

  sum(counts) {
    return [...this.counts].reduce((sum, [room, count]) => sum + (counts(room) ? count : 0), 0);
  }

  /** A frame of the socket. */
  hear(frame) {
    if (frame.type === "hello") frame.rooms?.forEach(({ room, top, read, kind }) => this.set(room, top - read, { kind, quietly: true }));
    if (frame.type === "unread") this.set(frame.room, frame.count ?? 0, { kind: frame.kind });
  }

  set(room, count, { kind, quietly = false } = {}) {
    if (room === this.except) return;
    if (kind === "conversation") this.talkRooms.add(room);
    const more = quietly ? 0 : Math.max(count - (this.counts.get(room) ?? 0), 0);
    this.counts.set(room, Math.max(count, 0));
    this.changed({ room, count, total: this.total, talks: this.talks, more });
  }
}

/** The words of a count: nothing above nine is counted. */
export const upToNine = (count) => (count > 9 ? "9+" : String(count));
