import assert from "node:assert/strict";
import { test } from "node:test";

import { Beside, InPlace } from "../../chat/static/chat/js/beside.js";

globalThis.document ??= { activeElement: null };

/** A message of a page, with what stands beside it. */
class Message {
  piece = null;

  querySelector() { return this.piece; }
}

const frame = (more = {}) => ({ type: "support.offered", room: "evenings", seq: 1, token: "t", panel: true, at: "1", ...more });
const pieceAt = (at, token = "t") => ({ dataset: { offer: token, at }, querySelector: () => null, contains: () => false });

function page({ seqs = [1], answers = {} } = {}) {
  const messages = new Map(seqs.map((seq) => [seq, new Message()]));
  const [asked, put] = [[], []];
  let announced = 0;
  const beside = new Beside({
    room: "evenings",
    urlOf: (token) => `/support/${token}/?piece`,
    page: {
      find: (seq) => messages.get(seq) ?? null,
      put: (node, piece) => { node.piece = piece; put.push(piece); },
      announce: () => { announced += 1; },
    },
    fetch: async (address) => {
      asked.push(address);
      const answer = answers[address];
      return answer ? { ok: true, text: async () => answer } : { ok: false };
    },
    parse: (piece) => piece,
  });
  return { beside, messages, asked, put, announced: () => announced };
}

const ADDRESS = "/support/t/?piece";

test("an offer is fetched, shown beside its message and announced once", async () => {
  const { beside, messages, announced, asked } = page({ answers: { [ADDRESS]: pieceAt("1") } });
  await beside.hear(frame());
  await beside.hear(frame());
  assert.equal(messages.get(1).piece.dataset.at, "1");
  assert.equal(announced(), 1);
  assert.deepEqual(asked, [ADDRESS]);
});

test("what the page came with is neither fetched nor announced", async () => {
  const { beside, messages, asked, announced } = page();
  messages.get(1).piece = pieceAt("1");
  await beside.hear(frame());
  assert.deepEqual([asked.length, announced()], [0, 0]);
});

test("an answer given elsewhere is shown and not announced", async () => {
  const { beside, messages, announced } = page({ answers: { [ADDRESS]: pieceAt("2") } });
  messages.get(1).piece = pieceAt("1");
  await beside.hear(frame({ at: "2", panel: false }));
  assert.equal(messages.get(1).piece.dataset.at, "2");
  assert.equal(announced(), 0);
});

test("an offer that comes before its message waits for it, and comes back with it", async () => {
  const { beside, messages, put } = page({ seqs: [], answers: { [ADDRESS]: pieceAt("1") } });
  await beside.hear(frame());
  assert.equal(put.length, 0);
  messages.set(1, new Message());
  await beside.placed(1);
  messages.set(1, new Message()); // drawn anew after a long break
  await beside.placed(1);
  assert.equal(put.length, 2);
});

test("offers of other rooms, and other frames, are for others", async () => {
  const { beside, asked } = page();
  await beside.hear(frame({ room: "grief" }));
  await beside.hear({ type: "messages", room: "evenings" });
  assert.deepEqual(asked, []);
});

test("a piece that cannot be had leaves the page as it is, and is asked for with the next frame", async () => {
  const answers = {};
  const { beside, messages } = page({ answers });
  await beside.hear(frame());
  assert.equal(messages.get(1).piece, null);
  answers[ADDRESS] = pieceAt("1");
  await beside.hear(frame());
  assert.equal(messages.get(1).piece.dataset.at, "1");
});

test("what is told is remembered within bounds", async () => {
  const { beside } = page({ seqs: [] });
  for (let seq = 1; seq <= 200; seq += 1) await beside.hear(frame({ seq }));
  assert.equal(beside.told.size, 50);
});

const down = (revision, more = {}) => ({ seq: 1, revision, state: "hidden", aside: "taken-down", ...more });

function places({ answers = ["why"] } = {}) {
  const [asked, did] = [[], []];
  const inPlace = new InPlace({
    urlOf: (seq) => `/m/${seq}/beside/`,
    page: {
      find: (seq) => (seq === 1 ? {} : null),
      put: (node, piece) => did.push(`put ${piece}`),
      drop: () => did.push("dropped"),
      announce: () => did.push("announced"),
    },
    fetch: async (address) => {
      asked.push(address);
      const answer = answers.shift();
      return answer ? { ok: true, text: async () => answer } : { ok: false };
    },
    parse: (piece) => piece,
  });
  return { inPlace, asked, did };
}

test("why one's own message was taken down is fetched once and announced once", async () => {
  const { inPlace, asked, did } = places({ answers: ["why", "why, again"] });
  await inPlace.placed(down(1), { isTold: true });
  await inPlace.placed(down(1), { isTold: true });
  await inPlace.placed(down(2), { isTold: true });
  assert.deepEqual(did, ["put why", "announced", "put why, again"]);
  assert.equal(asked.length, 2);
});

test("what is fetched with a page of history is not announced", async () => {
  const { inPlace, did } = places();
  await inPlace.placed(down(1));
  assert.deepEqual(did, ["put why"]);
});

test("shown again, the message says its words; a state that came meanwhile wins", async () => {
  const { inPlace, did } = places();
  const slow = inPlace.placed(down(1), { isTold: true });
  await inPlace.placed({ seq: 1, revision: 2, body: "x" }, { isTold: true });
  await slow;
  assert.deepEqual(did, ["dropped"]);
});

test("where it can't be fetched the line stays, and the next news tries again", async () => {
  const { inPlace, asked, did } = places({ answers: [null, "why"] });
  await inPlace.placed(down(1), { isTold: true });
  await inPlace.placed(down(1), { isTold: true });
  await inPlace.placed(down(1, { seq: 2 }));
  assert.deepEqual(did, ["put why", "announced"]);
  assert.equal(asked.length, 3);
});
