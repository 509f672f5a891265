import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Folding, plainForm } from "../../chat/static/chat/js/fold.js";
import { line } from "../../chat/static/chat/js/announce.js";

const CASES = JSON.parse(readFileSync(new URL("../folding_cases.json", import.meta.url), "utf8"));
const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]/;
const LOSS = [{ words: "loss and grief", pieces: [" funeral", " died "] }];

function rulesOf(own) {
  const pieces = own.map(plainForm).filter((plain) => plain.trim()).map((plain) => (UNSPACED.test(plain) ? plain.trim() : plain));
  return pieces.length ? [{ words: "own", pieces }] : [];
}

const from = (name, body, more = {}) => ({ seq: 7, author: { name }, body, ...more });

CASES.plain.forEach(([text, plain]) => {
  test(`the plain form of ${JSON.stringify(text)} is the server's`, () => assert.equal(plainForm(text), plain));
});

CASES.own.forEach(({ own, text, found }) => {
  test(`${own} in ${JSON.stringify(text)}: ${found}`, () => {
    assert.equal(Boolean(new Folding(rulesOf(own), "ana").matches(text)), found);
  });
});

test("a message of another is folded, and spoken as its heads-up", () => {
  const entry = new Folding(LOSS, "ana").fold(from("Wren", "The funerals of this year"));
  assert.equal(entry.heads_up, "loss and grief");
  assert.equal(line(entry), "Wren, heads-up: loss and grief");
});

test("one's own message stays open, and so does what nothing is found in", () => {
  const folding = new Folding(LOSS, "ana");
  for (const entry of [from("ana", "He died"), from("Wren", "Soup"), { seq: 1, state: "hidden" }]) {
    assert.equal(folding.fold(entry), entry);
  }
});

test("an author's own heads-up stays", () => {
  assert.equal(new Folding(LOSS, "ana").fold(from("Wren", "He died", { heads_up: "family" })).heads_up, "family");
});

test("without rules nothing is touched", () => {
  const entry = from("Wren", "He died", { reply_to: { seq: 1, name: "Otis", text: "He died" } });
  assert.equal(new Folding([], "ana").fold(entry), entry);
});

test("a quotation of another does not unfold, in one's own answer either", () => {
  const folding = new Folding(LOSS, "ana");
  const quote = { seq: 1, name: "Otis", text: "He died" };
  for (const author of ["Wren", "ana"]) {
    assert.equal(folding.fold(from(author, "With you", { reply_to: quote })).reply_to.text, "loss and grief");
  }
  assert.equal(folding.fold(from("Wren", "Yes", { reply_to: { ...quote, name: "ana" } })).reply_to.text, "He died");
});

test("a quotation that ends before the word still does not unfold, until the word is gone", () => {
  const folding = new Folding(LOSS, "ana");
  const quote = { seq: 7, name: "Wren", text: "I made soup and…" };
  const quoted = () => folding.fold({ ...from("Otis", "Yes", { reply_to: quote }), seq: 8 }).reply_to.text;
  folding.fold(from("Wren", "I made soup and then the funeral"));
  assert.equal(quoted(), "loss and grief");
  folding.fold(from("Wren", "I made soup and slept"));
  assert.equal(quoted(), quote.text);
});

test("the stored entry is never changed", () => {
  const entry = Object.freeze(from("Wren", "He died", { reply_to: Object.freeze({ seq: 1, name: "Otis", text: "died" }) }));
  new Folding(LOSS, "ana").fold(entry);
  assert.equal(entry.heads_up, undefined);
});
