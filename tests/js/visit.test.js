import assert from "node:assert/strict";
import { test } from "node:test";

import { Visit } from "../../chat/static/chat/js/visit.js";
import { Clock } from "./clock.js";

const entry = (seq, more = {}) => ({ seq, revision: 0, id: `id-${seq}`, author: { name: "Fern" }, body: "x", ...more });
const settled = () => new Promise((resolve) => { setImmediate(resolve); });

function make({ pages = [], isLive = true, looks = true } = {}) {
  const clock = new Clock();
  const sent = [];
  const did = [];
  const asked = [];
  const line = { open: true, send: (command) => line.open && Boolean(sent.push(command)) };
  const visit = new Visit({
    room: "evenings", me: "Linden", isLive, line, timers: clock,
    position: { seq: 3, revision: 0, first: 1, moreBefore: false },
    history: async (query) => {
      asked.push(query);
      const page = pages.shift();
      if (!page) throw new Error("no line");
      return page;
    },
    on: {
      upsert: ({ seq }, isNew) => did.push(`${isNew ? "new" : "changed"} ${seq}`),
      remove: (seq) => did.push(`removed ${seq}`),
      reset: (entries) => did.push(`reset ${entries.map(({ seq }) => seq)}`),
      changed() {},
      mayTrim: () => true,
      mine: ({ seq, mine }) => did.push(`mine ${seq} ${mine}`),
      pending: ({ id, state }) => did.push(`${id} ${state}`),
      entered: ({ missed }) => did.push(`entered ${missed}`),
      present: (count) => did.push(`about ${count}`),
      refused: ({ code }) => did.push(`refused ${code}`),
      removed: () => did.push("out of the room"),
      moreBefore: (whether) => did.push(`more before ${whether}`),
      isLooking: () => looks,
    },
  });
  const last = (type) => sent.findLast((command) => command.type === type);
  const answer = (type, more) => visit.hear({ ref: last(type).ref, room: "evenings", ...more });
  const entered = () => answer("room.enter", { type: "room.entered", missed: 0, count: 2, read: 3 });
  const types = () => sent.map(({ type }) => type);
  return { clock, sent, did, asked, line, visit, last, answer, entered, types };
}

test("r2: it enters from where it stands, and sends what waits only after that", () => {
  const { visit, sent, did, entered } = make();
  visit.write({ id: "a", body: "hello" });
  sent.length = 0;
  visit.opened();
  assert.deepEqual(sent.map(({ type, position }) => ({ type, position })), [{ type: "room.enter", position: { seq: 3, revision: 0 } }]);
  entered();
  assert.equal(sent.at(-1).type, "message.post");
  assert.ok(did.includes("entered 0"));
});

for (const code of ["too-fast", "busy", "unavailable"]) {
  test(`r2: an entering that was refused as ${code} is tried again when it was told to wait`, () => {
    const { visit, types, answer, entered, clock, did } = make();
    visit.opened();
    answer("room.enter", { type: "refused", code, detail: "", retry_after: 3 });
    clock.pass(2999);
    assert.equal(types().length, 1);
    clock.pass(1);
    assert.deepEqual(types(), ["room.enter", "room.enter"]);
    entered();
    assert.ok(did.includes("entered 0"));
  });
}

test("r2: a room that is closed to this member is not asked for again", () => {
  const { visit, types, answer, clock, did } = make();
  visit.opened();
  answer("room.enter", { type: "refused", code: "not-here", detail: "" });
  clock.pass(600000);
  assert.equal(types().length, 1);
  assert.ok(did.includes("out of the room"));
});

test("r2: a gap asks for what is missing, once", () => {
  const { visit, types, entered } = make();
  visit.opened();
  entered();
  visit.hear({ type: "messages", room: "evenings", prev: 7, messages: [entry(8)] });
  visit.hear({ type: "messages", room: "evenings", prev: 8, messages: [entry(9)] });
  assert.deepEqual(types(), ["room.enter", "room.enter"]);
  assert.equal(visit.timeline.seq, 3);
});

test("r2: far behind, the newest page replaces what was shown, and it goes on from there", async () => {
  const { visit, did, entered, last } = make({ pages: [{ top: 900, revision: 5, messages: [entry(899), entry(900)], more_before: true }] });
  visit.opened();
  entered();
  visit.hear({ type: "resync", room: "evenings", top: 900, revision: 5 });
  await settled();
  assert.ok(did.includes("reset 899,900"));
  assert.deepEqual(last("room.enter").position, { seq: 900, revision: 5 });
});

test("r2: a page that could not be fetched after a resync is asked for again, so that no hole stays", async () => {
  const { visit, did, entered, clock, asked, types } = make({ pages: [null, { top: 900, revision: 5, messages: [entry(900)] }] });
  visit.opened();
  entered();
  visit.hear({ type: "resync", room: "evenings", top: 900, revision: 5 });
  await settled();
  clock.pass(2000);
  assert.deepEqual(types().slice(-1), ["room.enter"]);
  entered();
  visit.hear({ type: "resync", room: "evenings", top: 900, revision: 5 });
  await settled();
  assert.equal(asked.length, 2);
  assert.ok(did.includes("reset 900"));
});

test("r3: an ack of a line that broke is not waited for; the message goes again on the next one", () => {
  const { visit, did, entered, types } = make();
  visit.opened();
  entered();
  visit.write({ id: "a", body: "hello" });
  visit.closed({ code: 1006, stays: false });
  assert.equal(did.at(-1), "a waiting");
  visit.opened();
  entered();
  assert.deepEqual(types().filter((type) => type === "message.post").length, 2);
});

test("r1: one's own message that arrives as everybody's counts as stored", () => {
  const { visit, did, entered } = make();
  visit.opened();
  entered();
  visit.write({ id: "a", body: "hello" });
  visit.hear({ type: "messages", room: "evenings", prev: 3, messages: [entry(4, { id: "a", author: { name: "Linden" } })] });
  assert.ok(did.includes("a sent"));
  assert.equal(visit.outbox.hasUnsent, false);
});

test("somebody else's message with the same id stores nothing of ours", () => {
  const { visit, did, entered } = make();
  visit.opened();
  entered();
  visit.write({ id: "a", body: "hello" });
  visit.hear({ type: "messages", room: "evenings", prev: 3, messages: [entry(4, { id: "a" })] });
  assert.ok(!did.includes("a sent"));
});

test("a frame above the limit never leaves the browser; its words come back", async () => {
  const { visit, did, entered, types } = make();
  visit.opened();
  entered();
  visit.write({ id: "a", body: "\u0001".repeat(4000) });
  await settled();
  assert.equal(did.at(-1), "a refused");
  assert.ok(!types().includes("message.post"));
});

test("an answer of `error` is an answer: a message nobody could read is not sent for ever", () => {
  const { visit, did, entered, answer } = make();
  visit.opened();
  entered();
  visit.write({ id: "a", body: "hello" });
  answer("message.post", { type: "error", code: "bad-fields", detail: "" });
  assert.equal(did.at(-1), "a refused");
});

test("a change without a line is answered at once, so that its words stay in the box", async () => {
  const { visit, line } = make();
  line.open = false;
  assert.equal((await visit.edit(2, "better")).code, "lost");
});

test("a change whose line breaks is answered as lost", async () => {
  const { visit, entered } = make();
  visit.opened();
  entered();
  const asking = visit.edit(2, "better");
  visit.closed({ code: 1006, stays: false });
  assert.equal((await asking).code, "lost");
});

test("an older part of a room hears nothing, but what is written there is sent, and its own changes are fetched", async () => {
  const page = { revision: 4, messages: [entry(2, { revision: 4, body: "better" })] };
  const { visit, types, answer, did, asked } = make({ isLive: false, pages: [page] });
  visit.timeline.adopt([entry(2)]);
  visit.write({ id: "a", body: "hello" });
  visit.opened();
  assert.deepEqual(types().filter((type) => type === "room.enter"), []);
  assert.equal(types().at(-1), "message.post");
  const asking = visit.edit(2, "better");
  answer("message.edit", { type: "ack" });
  await asking;
  assert.deepEqual(asked, [{ around: 2 }]);
  assert.ok(did.includes("changed 2"));
  assert.deepEqual(visit.shown, { positions: {}, revisions: {} });
});

test("without a line it reads on over HTTP every twenty seconds, until the line is back", async () => {
  const { visit, clock, did, asked } = make({ pages: [{ messages: [entry(4)], more_after: false }] });
  visit.opened();
  visit.closed({ code: 1006, stays: false });
  clock.pass(20000);
  await settled();
  assert.deepEqual(asked, [{ after: 3 }]);
  assert.ok(did.includes("new 4"));
  visit.opened();
  clock.pass(60000);
  assert.equal(asked.length, 1);
});

test("a page that arrives after the line is back changes nothing", async () => {
  const { visit, clock, did } = make({ pages: [{ messages: [entry(4)] }] });
  visit.closed({ code: 1006, stays: false });
  clock.pass(20000);
  visit.opened();
  await settled();
  assert.ok(!did.includes("new 4"));
});

test("a word of support is given, and taken back", async () => {
  const { visit, entered, answer, last, did } = make();
  visit.opened();
  entered();
  visit.timeline.adopt([entry(2)]);
  for (const on of [true, false]) {
    const asking = visit.react(2, "with-you");
    assert.equal(last("message.react").on, on);
    answer("message.react", { type: "ack" });
    await asking;
  }
  assert.deepEqual(did.slice(-2), ["mine 2 with-you", "mine 2 "]);
});

test("what was read is told once in two seconds, and only while somebody looks", () => {
  for (const looks of [true, false]) {
    const { visit, entered, clock, types } = make({ looks });
    visit.opened();
    entered();
    visit.hear({ type: "messages", room: "evenings", prev: 3, messages: [entry(4)] });
    visit.seen();
    visit.seen();
    clock.pass(2000);
    assert.equal(types().filter((type) => type === "read").length, looks ? 1 : 0);
  }
});

test("frames of another room are not for this visit", () => {
  const { visit, did, entered } = make();
  visit.opened();
  entered();
  visit.hear({ type: "messages", room: "grief", prev: 3, messages: [entry(4)] });
  assert.ok(!did.includes("new 4"));
});

test("what is let through at a place that was read already is told as read once more", () => {
  const { visit, entered, clock, sent, types } = make();
  visit.opened();
  entered();
  visit.hear({ type: "messages", room: "evenings", prev: 3, messages: [{ seq: 4, revision: 0, state: "held" }] });
  visit.seen();
  clock.pass(2000);
  visit.seen();
  clock.pass(2000);
  visit.hear({ type: "changes", room: "evenings", revision: 1, changes: [entry(4, { revision: 1 })] });
  visit.seen();
  clock.pass(2000);
  assert.equal(types().filter((type) => type === "read").length, 2);
  assert.equal(sent.at(-1).seq, 4);
});

test("what was seen is told before the page goes", () => {
  const { visit, entered, types } = make();
  visit.opened();
  entered();
  visit.leaving();
  assert.ok(!types().includes("read"));
  visit.hear({ type: "messages", room: "evenings", prev: 3, messages: [entry(4)] });
  visit.seen();
  visit.leaving();
  assert.equal(types().filter((type) => type === "read").length, 1);
});
