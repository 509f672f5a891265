/** One visit to one room: catches up, stays caught up, sends, and never loses its place. Pure state; a page listens. */

import { Outbox } from "./outbox.js";
import * as protocol from "./protocol.js";
import { Timeline } from "./timeline.js";

const POLL_MS = 20000;
const READ_EVERY_MS = 2000;
const TRY_AGAIN_SECONDS = 2;
const LOST = { type: "refused", code: "lost", detail: "" };

/**
 * `line` is {send(command)}; `history(query)` fetches a page of messages; `position` is {seq, revision, first, last, moreBefore}.
 * With `isLive` false the page shows an older part: nothing new is heard, but everything can be sent.
 *
 * Calls `on.upsert`, `on.remove`, `on.reset`, `on.changed` and asks `on.mayTrim()` as the timeline does, and
 * `on.mine(entry)` when this member's own words of support changed, `on.pending(message)` for each state of a message
 * on its way, `on.entered(answer)`, `on.present(count)`, `on.refused(answer)`, `on.removed()`,
 * `on.moreBefore(whether)`; asks `on.isLooking()` before saying what was read.
 */
export class Visit {
  constructor({ room, me, position, line, history, on, isLive = true, timers = globalThis }) {
    Object.assign(this, { room, me, line, history, on, isLive, timers });
    this.timeline = new Timeline({ ...position, on: { ...on, behind: () => this.enter(), late: () => this.unread() } });
    this.outbox = new Outbox({ send: (message) => this.post(message), changed: on.pending, timers });
    this.answers = new Map();
    this.waits = new Map();
    this.refs = 0;
    this.lines = 0;
    this.isOpen = false;
    this.isCatchingUp = false;
    this.readTo = 0;
  }

  // --- the line comes and goes ------------------------------------------------------------------

  /** The server said hello. */
  opened() {
    this.lines += 1;
    this.isOpen = true;
    this.stop("poll");
    if (this.isLive) this.enter();
    else this.outbox.resume();
  }

  /** The line is gone. Reading goes on by asking over HTTP now and then, unless there is nothing to come back to. */
  closed({ code, stays }) {
    this.lines += 1;
    this.isOpen = this.isCatchingUp = false;
    this.stop("enter");
    const waiting = [...this.answers.values()];
    this.answers.clear();
    waiting.forEach((then) => then(LOST));
    if (code === protocol.CLOSE.TOO_BIG) this.outbox.refused(this.outbox.underWay, { code: "too-big", detail: "" });
    this.outbox.interrupted();
    if (stays) this.stop("poll");
    else if (this.isLive && !this.waits.has("poll")) this.wait("poll", POLL_MS, () => this.poll());
  }

  /** What was shown, for the heartbeat. */
  get shown() {
    if (!this.isLive) return { positions: {}, revisions: {} };
    const { seq, revision } = this.timeline;
    return { positions: { [this.room]: seq }, revisions: { [this.room]: revision } };
  }

  // --- hearing ------------------------------------------------------------------------------------

  /** A frame of the socket. Those of other rooms are not for this visit. */
  hear(frame) {
    if (frame.room && frame.room !== this.room) return;
    if (frame.type === "messages") this.take(frame);
    else if (frame.type === "changes") this.timeline.changes(frame);
    else if (frame.type === "resync") this.resync();
    else if (frame.type === "presence") this.on.present(frame.count ?? 0);
    else if (frame.type === "room.removed") this.on.removed();
    else if (["ack", "refused", "error", "room.entered"].includes(frame.type)) this.settle(frame);
  }

  take(frame) {
    const before = this.timeline.moreBefore;
    this.timeline.messages(frame);
    this.settleOwn(frame.messages);
    if (this.timeline.moreBefore !== before) this.on.moreBefore(this.timeline.moreBefore);
  }

  settleOwn(entries) {
    entries.filter((entry) => entry.author?.name === this.me).forEach((entry) => this.outbox.stored(entry.id, entry));
  }

  settle(frame) {
    const then = this.answers.get(frame.ref);
    this.answers.delete(frame.ref);
    then?.(frame);
  }

  /** Asks to hear the room from where we stand; once at a time, and again after a while if that was refused. */
  enter() {
    if (!this.isLive || this.isCatchingUp) return;
    const make = (ref) => protocol.enterRoom(ref, this.room, this.timeline.position);
    this.isCatchingUp = this.command(make, (answer) => this.entered(answer));
  }

  entered(answer) {
    if (answer === LOST) return;
    this.isCatchingUp = false;
    if (answer.type === "room.entered") {
      this.readTo = Math.max(this.readTo, answer.read);
      this.on.entered(answer);
      this.outbox.resume();
    } else if (protocol.RETRYABLE.has(answer.code)) {
      this.later(answer.retry_after, () => this.enter());
    } else if (answer.code === "not-here") {
      this.on.removed();
    } else {
      this.on.refused(answer);
    }
  }

  // Too far behind for the socket: the newest page of the history, then on from there.
  async resync() {
    const line = this.lines;
    this.isCatchingUp = true;
    const page = await this.history({}).catch(() => null);
    if (line !== this.lines) return; // another line has begun to catch up by itself
    this.isCatchingUp = false;
    if (!page) {
      this.later(TRY_AGAIN_SECONDS, () => this.enter());
      return;
    }
    this.timeline.reset(page);
    this.settleOwn(page.messages);
    this.on.moreBefore(this.timeline.moreBefore);
    this.enter();
  }

  later(seconds, then) {
    this.isCatchingUp = true;
    this.wait("enter", Math.max(seconds ?? TRY_AGAIN_SECONDS, 0.5) * 1000, () => {
      this.isCatchingUp = false;
      then();
    });
  }

  // While no socket can be had: what is new, page by page.
  async poll() {
    const { seq } = this.timeline;
    const page = await this.history({ after: seq }).catch(() => null);
    if (this.isOpen || seq !== this.timeline.seq) return;
    if (page) this.take({ prev: seq, messages: page.messages });
    this.wait("poll", page?.more_after ? 0 : POLL_MS, () => this.poll());
  }

  // --- sending ------------------------------------------------------------------------------------

  /** Takes a message in, to be sent until it is answered: {id, body, headsUp, replyTo, quote}. */
  write(message) {
    this.outbox.add({ ...message, room: this.room });
  }

  post(message) {
    if (!protocol.fits(protocol.postMessage(this.refs, message))) {
      queueMicrotask(() => this.outbox.refused(message.id, { code: "too-big", detail: "" }));
      return true;
    }
    return this.command((ref) => protocol.postMessage(ref, message), (answer) => {
      if (answer.type === "ack") this.outbox.stored(message.id, answer);
      else if (answer !== LOST) this.outbox.refused(message.id, answer);
    });
  }

  /** Sends one command and gives its answer; `refused` with code "lost" when there is no line, or it broke. */
  ask(make) {
    return new Promise((resolve) => {
      if (!this.command(make, resolve)) resolve(LOST);
    });
  }

  /** Changes one's own message. */
  edit(seq, body) {
    return this.changing(seq, (ref) => protocol.editMessage(ref, this.room, seq, body));
  }

  /** Takes one's own message back. */
  withdraw(seq) {
    return this.changing(seq, (ref) => protocol.withdrawMessage(ref, this.room, seq));
  }

  /** Gives a word of support, or takes it back. */
  async react(seq, kind) {
    const on = !this.timeline.entries.get(seq)?.mine?.includes(kind);
    const answer = await this.changing(seq, (ref) => protocol.react(ref, this.room, seq, kind, on));
    const entry = this.timeline.entries.get(seq);
    if (answer.type === "ack" && entry) {
      entry.mine = (entry.mine ?? []).filter((one) => one !== kind).concat(on ? kind : []);
      this.on.mine(entry);
    }
    return answer;
  }

  async changing(seq, make) {
    const answer = await this.ask(make);
    if (answer.type === "ack" && !this.isLive) await this.look(seq);
    return answer;
  }

  // An older part of the room hears no changes; it asks for its own.
  async look(seq) {
    const page = await this.history({ around: seq }).catch(() => null);
    if (page) this.timeline.changes({ revision: page.revision, changes: page.messages });
  }

  command(make, then) {
    this.refs += 1;
    if (!this.line.send(make(this.refs))) return false;
    this.answers.set(this.refs, then);
    return true;
  }

  // --- reading ------------------------------------------------------------------------------------

  /** Fetches the page before the first message here. Returns what is to be shown of it. */
  async earlier() {
    const { first } = this.timeline;
    const page = await this.history({ before: first });
    return first === this.timeline.first ? this.timeline.earlier(page) : [];
  }

  /** The end of the room is in view: told to the server, at most every two seconds. */
  seen() {
    if (!this.isLive || this.waits.has("read") || this.timeline.seq <= this.readTo) return;
    this.wait("read", READ_EVERY_MS, () => this.on.isLooking() && this.tellRead());
  }

  // Something new stands before the position: what was read is told once more, so that its notice goes.
  unread() {
    this.readTo = Math.min(this.readTo, this.timeline.seq - 1);
  }

  /** The page is about to go: what was seen is told now. */
  leaving() {
    if (!this.waits.has("read")) return;
    this.stop("read");
    this.tellRead();
  }

  tellRead() {
    const { seq } = this.timeline;
    if (this.line.send(protocol.read(this.room, seq))) this.readTo = seq;
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
