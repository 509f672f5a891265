import assert from "node:assert/strict";
import { test } from "node:test";

import { Announcer, line } from "../../chat/static/chat/js/announce.js";
import { Clock } from "./clock.js";

function make(mode) {
  const clock = new Clock();
  const lines = [];
  const log = { ownerDocument: { createElement: () => ({ remove() {} }) }, append: (place) => lines.push(place) };
  const announcer = new Announcer(log, { mode, timers: clock, now: clock.now });
  const arrive = (name, body) => announcer.arrived({ author: { name }, body });
  return { clock, arrive, words: () => lines.map((place) => place.textContent) };
}

test("a new message is spoken once, name first", () => {
  const { arrive, words } = make();
  arrive("Fern", "Reading is always okay.");
  assert.deepEqual(words(), ["Fern: Reading is always okay."]);
});

test("more than three within five seconds become one line", () => {
  const { clock, arrive, words } = make();
  ["Fern", "Otis", "Fern", "Wren", "Otis", "Junie"].forEach((name) => arrive(name, "x"));
  clock.pass(5000);
  assert.equal(words().at(-1), "3 new messages from 3 people");
});

test("a heads-up is spoken, its words are not", () => {
  assert.equal(line({ author: { name: "Wren" }, heads_up: "sleep", body: "secret" }), "Wren, heads-up: sleep");
});

test("long words are cut at three hundred characters", () => {
  assert.equal(line({ author: { name: "Sol" }, body: "x".repeat(400) }), `Sol: ${"x".repeat(300)} and more`);
});

test("who wants to hear nothing hears nothing", () => {
  const { arrive, words } = make("none");
  arrive("Fern", "x");
  assert.deepEqual(words(), []);
});
