/** Outbox and timeline against a small reference server, under drops, lost acks, doubles and reconnects. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox } from "../../chat/static/chat/js/outbox.js";
import { Timeline } from "../../chat/static/chat/js/timeline.js";
import { chance, Clock } from "./clock.js";

class Server {
  constructor() {
    this.messages = [];
    this.byId = new Map();
  }

  store({ id, body }) {
    if (!this.byId.has(id)) {
      this.messages.push({ seq: this.messages.length + 1, revision: 0, id, body });
      this.byId.set(id, this.messages.length);
    }
    return this.byId.get(id);
  }

  since(seq) {
    return { prev: seq, messages: this.messages.filter((message) => message.seq > seq) };
  }
}

class Browser {
  constructor(server, random) {
    Object.assign(this, { server, random, up: true, shown: [], clock: new Clock() });
    this.timeline = new Timeline({
      seq: 0,
      revision: 0,
      on: { upsert: (entry, isNew) => isNew && this.shown.push(entry.id), remove() {}, reset() {}, changed() {}, behind: () => this.hear(), mayTrim: () => false },
    });
    this.outbox = new Outbox({ send: (message) => this.send(message), changed() {}, timers: this.clock });
  }

  send(message) {
    if (!this.up) return false;
    if (this.random() < 0.3) return true; // lost on the way
    const seq = this.server.store(message);
    if (this.random() < 0.2) return true; // the ack is lost
    if (this.random() < 0.2) queueMicrotask(() => this.outbox.refused(message.id, { code: "too-fast", retry_after: 1 }));
    else queueMicrotask(() => this.outbox.stored(message.id, { seq }));
    return true;
  }

  hear() {
    const frame = this.server.since(this.timeline.seq);
    this.timeline.messages(frame);
    frame.messages.forEach((entry) => this.outbox.stored(entry.id, entry));
  }

  hearGarbled() {
    this.timeline.messages({ prev: this.timeline.seq + 3, messages: this.server.messages.slice(-2) });
    this.timeline.messages({ prev: 0, messages: this.server.messages.slice(0, 2) });
  }

  drop() {
    this.up = false;
    this.outbox.interrupted();
  }

  back() {
    this.up = true;
    this.hear();
    this.outbox.resume();
  }
}

for (let seed = 1; seed <= 40; seed += 1) {
  test(`r1–r4: every message once and in order for everybody (seed ${seed})`, async () => {
    const random = chance(seed);
    const server = new Server();
    const browsers = [new Browser(server, random), new Browser(server, random), new Browser(server, random)];
    const written = browsers.map(() => []);
    for (let step = 0; step < 120; step += 1) {
      const who = Math.floor(random() * 3);
      const what = random();
      if (what < 0.4) {
        const id = `${who}-${written[who].length}`;
        written[who].push(id);
        browsers[who].outbox.add({ id, body: id });
      } else if (what < 0.55) browsers[who].drop();
      else if (what < 0.75) browsers[who].back();
      else if (what < 0.85) browsers[who].hearGarbled();
      else browsers[who].clock.pass(2000);
      await Promise.resolve();
    }
    for (let round = 0; browsers.some((one) => one.outbox.messages.length) && round < 2000; round += 1) {
      for (const one of browsers) {
        one.drop();
        one.back();
        one.clock.pass(5000);
        await Promise.resolve();
      }
    }
    browsers.forEach((one) => one.hear());
    const stored = server.messages.map((message) => message.id);
    browsers.forEach((one) => assert.deepEqual(one.shown, stored));
    written.forEach((ids, who) => assert.deepEqual(stored.filter((id) => id.startsWith(`${who}-`)), ids));
  });
}
