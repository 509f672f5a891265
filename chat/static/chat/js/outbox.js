/** Messages on their way: in memory only, in order, sent again until the server answers. Never touches the page. */

import { RETRYABLE } from "./protocol.js";

/**
 * One room's outgoing messages. One at a time is under way, so order holds whatever is refused or lost.
 * `send(message)` returns false when there is no line; `changed(message)` tells of each new state:
 * "sending", "sent", "waiting" (not sent yet) or "refused" (with `detail`). Refused ones stay in `refusals`,
 * so that no words are dropped before somebody took them back.
 */
export class Outbox {
  constructor({ send, changed, timers = globalThis }) {
    Object.assign(this, { send, changed, timers });
    this.messages = [];
    this.refusals = new Map();
    this.underWay = null;
    this.pause = null;
  }

  /** Takes a message in: {id, room, body, replyTo, headsUp}. */
  add(message) {
    this.messages.push(message);
    this.set(message, "sending");
    this.next();
  }

  /** True while something written is not stored. */
  get hasUnsent() {
    return this.messages.length + this.refusals.size > 0;
  }

  /** The line is back: whatever was not answered goes again, in order. */
  resume() {
    this.underWay = null;
    this.next();
  }

  /** The member does not want to wait: the first one goes again now, if nothing is under way. */
  hurry() {
    this.endPause();
    this.next();
  }

  /** The line is gone: nothing is lost, and the page says so. */
  interrupted() {
    this.underWay = null;
    this.messages.filter((message) => message.state === "sending").forEach((message) => this.set(message, "waiting"));
  }

  /** The server stored the message with this client id; by an ack, or because it arrived as everybody's. */
  stored(id, { seq, at }) {
    const message = this.messages.find((one) => one.id === id);
    if (!message) return;
    this.drop(message);
    this.set(Object.assign(message, { seq, at }), "sent");
    this.next();
  }

  /** The server said no to the message with this client id. */
  refused(id, { code, detail, retry_after: seconds = 1 }) {
    const message = this.messages.find((one) => one.id === id);
    if (!message) return;
    Object.assign(message, { code, retryAfter: seconds });
    if (RETRYABLE.has(code)) {
      this.rest(seconds);
      this.set(message, "waiting", detail);
      return;
    }
    this.drop(message);
    this.refusals.set(id, message);
    this.set(message, "refused", detail);
    this.next();
  }

  /** Gives a message up; its words go back to whoever asks. */
  take(id) {
    const message = this.refusals.get(id) ?? this.messages.find((one) => one.id === id);
    if (message) this.drop(message);
    this.refusals.delete(id);
    return message;
  }

  drop(message) {
    this.messages = this.messages.filter((one) => one !== message);
    if (this.underWay === message.id) this.underWay = null;
  }

  rest(seconds) {
    this.underWay = null;
    this.endPause();
    this.pause = this.timers.setTimeout(() => {
      this.pause = null;
      this.next();
    }, Math.max(seconds, 0.25) * 1000);
  }

  endPause() {
    this.timers.clearTimeout(this.pause);
    this.pause = null;
  }

  next() {
    const [first] = this.messages;
    if (!first || this.underWay || this.pause) return;
    if (!this.send(first)) {
      if (first.state !== "waiting") this.set(first, "waiting");
      return;
    }
    this.underWay = first.id;
    if (first.state !== "sending") this.set(first, "sending");
  }

  set(message, state, detail = "") {
    Object.assign(message, { state, detail });
    this.changed(message);
  }
}
