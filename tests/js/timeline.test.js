import assert from "node:assert/strict";
import { test } from "node:test";

import { Timeline } from "../../chat/static/chat/js/timeline.js";

function make(seq = 0, { first, last, moreBefore } = {}) {
  const did = [];
  const timeline = new Timeline({
    seq,
    revision: 0,
    first,
    last,
    moreBefore,
    on: {
      late: () => did.push("late"),
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

test("what was held back leaves no trace until it is let through, and then takes its place as something new", () => {
  const { did, timeline } = make();
  timeline.messages({ prev: 0, messages: [entry(1), { seq: 2, revision: 0, state: "held" }, entry(3)] });
  assert.deepEqual(did, ["new 1 x", "removed 2", "new 3 x"]);
  timeline.changes({ revision: 1, changes: [entry(2, "shown now", { revision: 1 })] });
  assert.deepEqual(did.slice(3), ["late", "new 2 shown now"]);
});

for (const [what, page, seq, expected] of [
  ["between what it shows", { seq: 3, shown: [1, 3], first: 1 }, 2, ["changed 2 x"]],
  ["at its end", { seq: 3, shown: [1, 2], first: 1 }, 3, ["late", "new 3 x"]],
  ["at its end, further back than other pages reach", { seq: 9, shown: [7, 8], first: 7, moreBefore: true }, 9, ["late", "new 9 x"]],
  ["where it was all that there is", { seq: 1, shown: [] }, 1, ["late", "new 1 x"]],
  ["not before its beginning", { seq: 9, shown: [7, 8], first: 7, moreBefore: true }, 6, []],
  ["not after the end of an older part of the room", { seq: 9, shown: [3, 4], first: 3, last: 4 }, 6, []],
]) {
  test(`a page that came without what was held back takes it in, ${what}`, () => {
    const { did, timeline } = make(page.seq, page);
    timeline.adopt(page.shown.map((one) => entry(one)));
    timeline.changes({ revision: 1, changes: [entry(seq, "x", { revision: 1 })] });
    assert.deepEqual(did, expected);
  });
}
