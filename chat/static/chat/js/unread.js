/** How much is new in each of one's rooms, from `hello` and `unread` frames. Pure state. */

/** Calls `changed({ room, count, total, more })`; `more` is by how much a room's count grew. `except` is open on this page. */
export class Unread {
  constructor({ changed, except = "" }) {
    Object.assign(this, { changed, except });
    this.counts = new Map();
  }

  /** The number of new messages in all rooms but the open one. */
  get total() {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** A frame of the socket. */
  hear(frame) {
    if (frame.type === "hello") frame.rooms?.forEach(({ room, top, read }) => this.set(room, top - read, { quietly: true }));
    if (frame.type === "unread") this.set(frame.room, frame.count ?? 0);
  }

  set(room, count, { quietly = false } = {}) {
    if (room === this.except) return;
    const more = quietly ? 0 : Math.max(count - (this.counts.get(room) ?? 0), 0);
    this.counts.set(room, Math.max(count, 0));
    this.changed({ room, count, total: this.total, more });
  }
}

/** The words of a count: nothing above nine is counted. */
export const upToNine = (count) => (count > 9 ? "9+" : String(count));
