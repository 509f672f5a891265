import assert from "node:assert/strict";
import { test } from "node:test";

import { Timeline } from "../../chat/static/chat/js/timeline.js";

function make(seq = 0) {
  const did = [];
  const timeline = new Timeline({
    seq,
    revision: 0,
    on: {
      upsert: (entry, isNew) => did.push(`${isNew ? "new" : "changed"} ${entry.seq} ${entry.body}`),
      remove: (one) => did.push(`removed ${one}`),
      reset: (entries) => did.push(`reset ${entries.map((entry) => entry.seq)}`),
      behind: () => did.push("behind"),
      changed() {},
      mayTrim: () => true,
    },
  });
  return { did, timeline };
}

const entry = (seq, body = "x", more = {}) => ({ seq, revision: 0, body, ...more });

test("r2: a prev that is not our own position asks again, and shows nothing out of order", () => {
  const { did, timeline } = make(3);
  timeline.messages({ prev: 5, messages: [entry(6)] });
  assert.deepEqual(did, ["behind"]);
  assert.equal(timeline.seq, 3);
});

test("r1: a message given twice is shown once", () => {
  const { did, timeline } = make();
  timeline.messages({ prev: 0, messages: [entry(1), entry(2)] });
  timeline.messages({ prev: 0, messages: [entry(1), entry(2)] });
  assert.deepEqual(did, ["new 1 x", "new 2 x"]);
});

test("lawful holes are no reason to ask again: prev counts, not the number before", () => {
  const { did, timeline } = make(3);
  timeline.messages({ prev: 3, messages: [entry(7)] });
  assert.deepEqual(did, ["new 7 x"]);
});

test("r5: a change replaces what is shown, a withdrawal leaves no trace, strangers are left alone", () => {
  const { did, timeline } = make();
  timeline.messages({ prev: 0, messages: [entry(1), entry(2)] });
  timeline.changes({ revision: 1, changes: [entry(1, "better", { revision: 1 }), entry(99, "old", { revision: 1 })] });
  timeline.changes({ revision: 2, changes: [{ seq: 2, revision: 2, state: "withdrawn" }] });
  assert.deepEqual(did.slice(2), ["changed 1 better", "removed 2"]);
  assert.deepEqual([...timeline.entries.keys()], [1]);
  assert.deepEqual(timeline.position, { seq: 2, revision: 2 });
});

test("r5: an older state of a message never replaces a newer one", () => {
  const { did, timeline } = make();
  timeline.messages({ prev: 0, messages: [entry(1, "newest", { revision: 4 })] });
  timeline.changes({ revision: 4, changes: [entry(1, "older", { revision: 2 })] });
  assert.deepEqual(did, ["new 1 newest"]);
});

test("one's own words of support survive a change by somebody else", () => {
  const { timeline } = make();
  timeline.adopt([entry(1, "x", { mine: ["with-you"] })]);
  timeline.changes({ revision: 1, changes: [entry(1, "x", { revision: 1, reactions: { "with-you": 2 } })] });
  assert.deepEqual(timeline.entries.get(1).mine, ["with-you"]);
});

test("at most two hundred messages stay in the page", () => {
  const { timeline } = make();
  for (let seq = 1; seq <= 250; seq += 1) timeline.messages({ prev: seq - 1, messages: [entry(seq)] });
  assert.equal(timeline.entries.size, 200);
  assert.equal(timeline.first, 51);
  assert.equal(timeline.moreBefore, true);
});

test("what was held back leaves no trace until it is let through, and then takes its place", () => {
  const { did, timeline } = make();
  timeline.messages({ prev: 0, messages: [entry(1), { seq: 2, revision: 0, state: "held" }, entry(3)] });
  assert.deepEqual(did, ["new 1 x", "removed 2", "new 3 x"]);
  timeline.changes({ revision: 1, changes: [entry(2, "shown now", { revision: 1 })] });
  assert.equal(did.at(-1), "changed 2 shown now");
});

test("a page that came without what was held back still takes it in, between what it shows", () => {
  const { did, timeline } = make(3);
  timeline.first = 1;
  timeline.adopt([entry(1), entry(3)]);
  timeline.changes({ revision: 1, changes: [entry(2, "shown now", { revision: 1 })] });
  assert.deepEqual(did, ["changed 2 shown now"]);
});
