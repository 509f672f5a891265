import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox } from "../../chat/static/chat/js/outbox.js";
import { Clock } from "./clock.js";

function make() {
  const clock = new Clock();
  const sent = [];
  const states = [];
  const line = { open: true };
  const outbox = new Outbox({
    send: (message) => line.open && Boolean(sent.push(message.id)),
    changed: (message) => states.push(`${message.id} ${message.state}`),
    timers: clock,
  });
  const add = (...ids) => ids.forEach((id) => outbox.add({ id, body: id }));
  return { clock, sent, states, line, outbox, add };
}

test("r4: one message is under way at a time, in the order they were written", () => {
  const { sent, outbox, add } = make();
  add("a", "b", "c");
  assert.deepEqual(sent, ["a"]);
  outbox.stored("a", { seq: 1 });
  outbox.stored("b", { seq: 2 });
  assert.deepEqual(sent, ["a", "b", "c"]);
});

test("r3: what was not answered goes again after a break, and the page says so honestly", () => {
  const { sent, states, line, outbox, add } = make();
  add("a", "b");
  line.open = false;
  outbox.interrupted();
  assert.deepEqual(states.slice(-2), ["a waiting", "b waiting"]);
  assert.ok(outbox.hasUnsent);
  line.open = true;
  outbox.resume();
  assert.deepEqual(sent, ["a", "a"]);
  assert.equal(states.at(-1), "a sending");
});

test("r7: a refusal that waiting helps pauses everything behind it, so nothing overtakes", () => {
  const { clock, sent, outbox, add } = make();
  add("a", "b");
  outbox.refused("a", { code: "too-fast", detail: "", retry_after: 2 });
  clock.pass(1999);
  assert.deepEqual(sent, ["a"]);
  clock.pass(1);
  assert.deepEqual(sent, ["a", "a"]);
});

test("any other refusal keeps the words, says why, and lets the next one go", () => {
  const { sent, states, outbox, add } = make();
  add("a", "b");
  outbox.refused("a", { code: "too-long", detail: "12 characters over." });
  assert.deepEqual(sent, ["a", "b"]);
  assert.ok(states.includes("a refused"));
});

test("a message that arrives as everybody's settles the one on its way, and only once", () => {
  const { states, outbox, add } = make();
  add("a");
  outbox.stored("a", { seq: 5 });
  outbox.stored("a", { seq: 5 });
  assert.equal(states.filter((state) => state === "a sent").length, 1);
  assert.ok(!outbox.hasUnsent);
});
