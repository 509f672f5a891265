/** Messages on their way: in memory only, in order, sent again until the server answers. Never touches the page. */

import { RETRYABLE } from "./protocol.js";

/**
 * One room's outgoing messages. One at a time is under way, so order holds whatever is refused or lost.
 * `send(message)` returns false when there is no line; `changed(message)` tells of each new state:
 * "sending", "sent", "waiting" (not sent yet) or "refused" (with `detail`).
 */
export class Outbox {
  constructor({ send, changed, timers = globalThis }) {
    Object.assign(this, { send, changed, timers });
    this.messages = [];
    this.underWay = null;
    this.pause = null;
  }

  /** Takes a message in: {id, room, body, replyTo, headsUp}. */
  add(message) {
    this.messages.push(message);
    this.set(message, "sending");
    this.next();
  }

  /** True while something written is not stored yet. */
  get hasUnsent() {
    return this.messages.some((message) => message.state !== "refused");
  }

  /** The line is back: whatever was not answered goes again, in order. */
  resume() {
    this.underWay = null;
    this.next();
  }

  /** The line is gone: nothing is lost, and the page says so. */
  interrupted() {
    this.underWay = null;
    this.messages.filter((message) => message.state === "sending").forEach((message) => this.set(message, "waiting"));
  }

  /** The server stored the message with this client id; by an ack, or because it arrived as everybody's. */
  stored(id, place) {
    const message = this.messages.find((one) => one.id === id);
    if (!message) return;
    this.drop(message);
    this.set(Object.assign(message, place), "sent");
    this.next();
  }

  /** The server said no to the message with this client id. */
  refused(id, { code, detail, retry_after: seconds = 1 }) {
    const message = this.messages.find((one) => one.id === id);
    if (!message) return;
    if (RETRYABLE.has(code)) {
      this.set(message, "waiting", detail);
      this.rest(seconds);
      return;
    }
    this.drop(message);
    this.set(message, "refused", detail);
    this.next();
  }

  /** Gives a message up; its words go back to whoever asks. */
  take(id) {
    const message = this.messages.find((one) => one.id === id);
    if (message) this.drop(message);
    return message;
  }

  drop(message) {
    this.messages = this.messages.filter((one) => one !== message);
    if (this.underWay === message.id) this.underWay = null;
  }

  rest(seconds) {
    this.underWay = null;
    this.timers.clearTimeout(this.pause);
    this.pause = this.timers.setTimeout(() => {
      this.pause = null;
      this.next();
    }, Math.max(seconds, 0.25) * 1000);
  }

  next() {
    const [first] = this.messages;
    if (!first || this.underWay || this.pause) return;
    if (!this.send(first)) {
      if (first.state !== "waiting") this.set(first, "waiting");
      return;
    }
    this.underWay = first.id;
    this.set(first, "sending");
  }

  set(message, state, detail = "") {
    Object.assign(message, { state, detail });
    this.changed(message);
  }
}
