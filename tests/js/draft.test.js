import assert from "node:assert/strict";
import { test } from "node:test";

import { plainForm } from "../../chat/static/chat/js/fold.js";
import { DraftHelp } from "../../moderation/static/moderation/js/beside_draft.js";
import * as severest from "../../moderation/static/moderation/js/severest.js";
import { Clock } from "./clock.js";

const isSevere = (words) => severest.isSevere(plainForm(words));

const SEVERE = [
  "I want to die", "i'm going to KILL  myself", "I don’t want to be alive any more", "they'd be better off without me",
  "this is goodbye, all of you", "Quiero morirme", "me voy a suicidar esta noche", "Mañana no estaré", "no quiero seguir viviendo",
  "k\u200bill myself", "ＫＩＬＬ ＭＹＳＥＬＦ",
];
const CALM = [
  "", "Good evening, all", "this homework is killing me", "I don't want to die, I want to sleep", "I used to want to die",
  "I'm not suicidal, just tired", "My grandmother died in May", "Estoy cansada pero no quiero morir", "the battery is dead",
];

SEVERE.forEach((words) => test(`help is beside ${JSON.stringify(words)}`, () => assert.equal(isSevere(words), true)));
CALM.forEach((words) => test(`nothing is beside ${JSON.stringify(words)}`, () => assert.equal(isSevere(words), false)));

function page(value = "") {
  const heard = new Map();
  const clock = new Clock();
  let focused = 0;
  const box = { value, addEventListener: (kind, then) => heard.set(kind, then), focus: () => { focused += 1; } };
  const button = { addEventListener: (kind, then) => heard.set(kind, then) };
  const line = { hidden: true, querySelector: () => button };
  new DraftHelp({ box, line, isSevere, timers: clock });
  const type = (words) => {
    box.value = words;
    heard.get("input")();
  };
  return { box, line, clock, type, close: () => heard.get("click")(), focused: () => focused };
}

test("the line comes after a pause and goes when the words do", () => {
  const { line, clock, type } = page();
  type("I want to die");
  assert.equal(line.hidden, true);
  clock.pass(1000);
  assert.equal(line.hidden, false);
  type("I want to dine");
  clock.pass(1000);
  assert.equal(line.hidden, true);
});

test("a draft that a reload kept is looked at, and sending takes the line away at once", () => {
  const { line, type } = page("I want to die");
  assert.equal(line.hidden, false);
  type("");
  assert.equal(line.hidden, true);
});

test("closed, it stays away from this draft and comes for another", () => {
  const { line, clock, type, close, focused } = page("I want to die");
  close();
  assert.equal(focused(), 1);
  type("I want to die now");
  clock.pass(1000);
  assert.equal(line.hidden, true);
  type("");
  type("I want to die");
  clock.pass(1000);
  assert.equal(line.hidden, false);
});
