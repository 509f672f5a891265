/** One socket of one tab: opens, beats, notices a dead line, and comes back. Knows nothing of rooms or pages. */

import { Backoff } from "./backoff.js";
import { beat, staysClosed } from "./protocol.js";

const BEAT_ANSWERED_WITHIN_MS = 10000;
const COMMAND_ANSWERED_WITHIN_MS = 12000; // the server answers within ten seconds, or refuses
const CONFIRM_MESSAGES = 20;
const CONFIRM_CHARACTERS = 16 * 1024; // the server stops at 50 messages or 64 KiB; long before, it hears from us

/** Calls `on.frame(frame)`, `on.open()`, `on.closed({ code, stays })`; asks `on.shown()` for {positions, revisions}. */
export class Connection {
  constructor(url, on, { WebSocket = globalThis.WebSocket, timers = globalThis, random = Math.random, now = Date.now } = {}) {
    Object.assign(this, { url, on, WebSocket, timers, random });
    this.backoff = new Backoff({ random, now });
    this.socket = null;
    this.isReady = false;
    this.isEnded = false;
    this.waits = new Map();
    this.retryAfter = 0;
    this.unconfirmed = { messages: 0, characters: 0 };
    this.beatSeconds = 25;
  }

  /** Opens a socket, unless one is open or on its way. */
  open() {
    if (this.socket || this.isEnded) return;
    this.stop("retry");
    const socket = new this.WebSocket(this.url);
    this.socket = socket;
    socket.onmessage = (event) => this.socket === socket && this.hear(event.data);
    socket.onclose = (event) => this.socket === socket && this.lost(event.code);
    socket.onerror = () => {};
    this.wait("hello", BEAT_ANSWERED_WITHIN_MS, () => this.drop());
  }

  /** Ends for good: leaving, or signing out. */
  end() {
    this.isEnded = true;
    this.stop("retry");
    this.drop();
  }

  /** Comes back at once: the network is back, the page woke up. */
  hurry() {
    if (this.isReady) this.beat();
    else if (!this.socket) this.open();
  }

  /** Sends a command. False when there is no line; then the caller's own store remembers it. */
  send(command) {
    if (!this.isReady) return false;
    this.socket.send(JSON.stringify(command));
    if ("ref" in command) this.expect(COMMAND_ANSWERED_WITHIN_MS);
    return true;
  }

  hear(text) {
    const frame = JSON.parse(text);
    this.stop("answer");
    if (frame.type === "hello") this.greet(frame);
    if (frame.type === "session.ending") this.retryAfter = frame.retry_after ?? 0;
    this.on.frame(frame);
    this.count(frame, text.length);
  }

  count({ messages, changes }, characters) {
    if (!messages && !changes) return;
    this.unconfirmed.messages += (messages ?? changes).length;
    this.unconfirmed.characters += characters;
    const { messages: many, characters: much } = this.unconfirmed;
    if (many >= CONFIRM_MESSAGES || much >= CONFIRM_CHARACTERS) this.beat();
  }

  greet(hello) {
    this.stop("hello");
    this.isReady = true;
    this.beatSeconds = hello.beat_seconds;
    this.backoff.opened();
    this.wait("beat", this.random() * this.beatSeconds * 1000, () => this.beat());
    this.on.open();
  }

  /** Confirms what was shown, and asks whether the line still lives. */
  beat() {
    if (!this.isReady) return;
    this.unconfirmed = { messages: 0, characters: 0 };
    const { positions, revisions } = this.on.shown();
    this.send(beat(positions, revisions));
    this.wait("beat", this.beatSeconds * 1000, () => this.beat());
    this.expect(BEAT_ANSWERED_WITHIN_MS);
  }

  expect(withinMs) {
    if (!this.waits.has("answer")) this.wait("answer", withinMs, () => this.drop());
  }

  /** Gives up a socket that does not answer. */
  drop() {
    const { socket } = this;
    if (!socket) return;
    socket.onclose = null;
    socket.close();
    this.lost(1006);
  }

  lost(code) {
    this.socket = null;
    this.isReady = false;
    this.unconfirmed = { messages: 0, characters: 0 };
    ["hello", "beat", "answer"].forEach((name) => this.stop(name));
    const stays = this.isEnded || staysClosed(code);
    this.isEnded ||= stays;
    this.on.closed({ code, stays });
    if (!stays) this.wait("retry", this.backoff.next(this.retryAfter), () => this.open());
    this.retryAfter = 0;
  }

  wait(name, ms, then) {
    this.stop(name);
    this.waits.set(name, this.timers.setTimeout(() => {
      this.waits.delete(name);
      then();
    }, ms));
  }

  stop(name) {
    this.timers.clearTimeout(this.waits.get(name));
    this.waits.delete(name);
  }
}

/** The address of the site's socket, for a path such as "/ws/". */
export function socketAt(path, { protocol, host } = window.location) {
  return `${protocol === "https:" ? "wss" : "ws"}://${host}${path}`;
}
