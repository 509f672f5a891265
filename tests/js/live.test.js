import assert from "node:assert/strict";
import { test } from "node:test";

import { Announcer } from "../../chat/static/chat/js/announce.js";
import { Flow } from "../../chat/static/chat/js/flow.js";
import { boxOf, isLate, isOlder, minutesLeft, newsOf, progress, restingSeconds, ServerClock } from "../../chat/static/chat/js/live_clock.js";
import { Outbox } from "../../chat/static/chat/js/outbox.js";
import { KEEPS_WORDS } from "../../chat/static/chat/js/protocol.js";
import { roughly } from "../../chat/static/chat/js/words.js";
import { Clock } from "./clock.js";

const at = (words) => Date.parse(`2026-11-24T${words}Z`);
const FRAME = { state: "open", revision: 3, starts_at: "2026-11-24T20:00:00.000Z", closes_at: "2026-11-24T21:00:00.000Z" };

test("a clock that is wrong by hours counts the same minutes", () => {
  for (const wrong of [-5, 0, 7]) {
    let mine = at("20:10:00") + wrong * 3600000;
    const server = new ServerClock("2026-11-24T20:10:00Z", { now: () => mine });
    mine += 60000;
    assert.equal(minutesLeft(FRAME, server.time), 49);
  }
});

test("a page that was long on its way catches up with what the server stored since", () => {
  const server = new ServerClock("2026-11-24T20:10:00Z", { now: () => 0 });
  server.heard("2026-11-24T20:10:30Z");
  server.heard("2026-11-24T20:10:05Z");
  assert.equal(server.time, at("20:10:30"));
});

test("minutes are rounded up and never below nothing", () => {
  assert.deepEqual(["20:23:00", "20:59:59", "21:00:00", "23:00:00"].map((one) => minutesLeft(FRAME, at(one))), [37, 1, 0, 0]);
  assert.deepEqual(progress(FRAME, at("20:23:00")), { max: 60, value: 23 });
  assert.deepEqual(progress(FRAME, at("19:00:00")), { max: 60, value: 0 });
});

test("the line about ten minutes belongs to the open chat", () => {
  assert.deepEqual(["20:49:59", "20:50:00", "20:54:00"].map((one) => isLate(FRAME, at(one))), [false, true, true]);
  assert.equal(isLate({ ...FRAME, state: "winding-down" }, at("20:57:00")), false);
});

test("the box follows the chat, and whoever leads it is not held up", () => {
  const box = (more, leads = false) => boxOf({ ...FRAME, ...more }, { leads, time: at("20:10:00") });
  const rest = { resting_until: "2026-11-24T20:10:40.000Z" };
  assert.deepEqual([box({}), box(rest), box(rest, true), box({ resting_until: "2026-11-24T20:09:00.000Z" })], ["writes", "rests", "writes", "writes"]);
  assert.deepEqual(["planned", "winding-down", "ended", "cancelled", "not-taking-place"].map((state) => box({ state })), ["waits", "writes", "over", "over", "over"]);
  assert.deepEqual(["planned", "ended"].map((state) => box({ state }, true)), ["writes", "over"]);
  assert.equal(restingSeconds(rest, 0 + at("20:10:00")), 40);
});

test("a question is news once, and so is a state", () => {
  const asks = { id: 4, text: "What helped?", by: "Marisol" };
  assert.deepEqual(newsOf(FRAME, { ...FRAME, prompt: asks }), { asks, state: "" });
  assert.deepEqual(newsOf({ ...FRAME, prompt: asks }, { ...FRAME, prompt: asks, state: "ended" }), { asks: null, state: "ended" });
});

test("a frame that a slower way brought changes nothing", () => {
  assert.deepEqual([2, 3, 4].map((revision) => isOlder({ revision }, FRAME)), [true, false, false]);
});

function flowing(isAtEnd = () => true) {
  const [clock, drawn] = [new Clock(), []];
  const draw = (entries) => drawn.push(entries.map(({ seq }) => seq));
  return { clock, drawn, flow: new Flow({ draw, isAtEnd, timers: clock, now: clock.now }) };
}

test("a slow chat is drawn message by message, a fast one in groups, in order and whole", () => {
  const { clock, drawn, flow } = flowing();
  for (let seq = 1; seq <= 60; seq += 1) {
    flow.arrived({ seq });
    clock.pass(200);
  }
  clock.pass(3000);
  assert.deepEqual(drawn.flat(), Array.from({ length: 60 }, (_, one) => one + 1));
  assert.deepEqual(drawn.slice(0, 12).map((group) => group.length), Array(12).fill(1));
  assert.ok(drawn.length < 18);
  clock.pass(11000);
  flow.arrived({ seq: 61 });
  assert.deepEqual(drawn.at(-1), [61]);
});

test("what waits is drawn as it stands, goes when it is taken back, and never keeps one's own message waiting", () => {
  const { drawn, flow } = flowing();
  for (let seq = 1; seq <= 15; seq += 1) flow.arrived({ seq });
  assert.equal(flow.changed({ seq: 14, body: "changed" }), true);
  assert.equal(flow.changed({ seq: 3 }), false);
  flow.removed(15);
  flow.flush();
  assert.deepEqual(drawn.at(-1), [13, 14]);
});

test("whoever reads further up gets every message at once, where nothing moves", () => {
  const { drawn, flow } = flowing(() => false);
  for (let seq = 1; seq <= 20; seq += 1) flow.arrived({ seq });
  assert.equal(drawn.length, 20);
});

test("where many write, only a number is spoken, every ten seconds", () => {
  const [clock, lines] = [new Clock(), []];
  const log = { ownerDocument: { createElement: () => ({ remove() {} }) }, append: (place) => lines.push(place) };
  const announcer = new Announcer(log, { timers: clock, now: clock.now });
  for (let one = 0; one < 9; one += 1) announcer.arrived({ author: { name: `m${one}` }, body: "x" }, true);
  clock.pass(10000);
  assert.deepEqual(lines.map((place) => place.textContent), ["9 new messages from 9 people"]);
});

test("while everyone rests a message waits and goes by itself; one that can't be sent gives its words back", () => {
  const [clock, sent, states] = [new Clock(), [], []];
  const outbox = new Outbox({ send: ({ id }) => sent.push(id), changed: ({ id, state }) => states.push(`${id} ${state}`), timers: clock });
  outbox.add({ id: "a", body: "hello" });
  outbox.refused("a", { code: "resting", retry_after: 40 });
  clock.pass(39000);
  assert.deepEqual(sent, ["a"]);
  clock.pass(2000);
  assert.deepEqual(sent, ["a", "a"]);
  for (const code of KEEPS_WORDS) {
    outbox.refused("a", { code, detail: "" });
    assert.equal(outbox.take("a").body, "hello");
    outbox.add({ id: "a", body: "hello" });
  }
  assert.ok(!states.includes("a sent"));
});

test("above twenty, people are counted in tens", () => {
  assert.deepEqual([3, 20, 23, 38, 996].map(roughly), [3, 20, 20, 40, 1000]);
});
