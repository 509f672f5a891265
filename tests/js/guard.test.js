import assert from "node:assert/strict";
import { test } from "node:test";

import { guardWords } from "../../chat/static/chat/js/guard_words.js";

const NOW = new Date("2026-11-27T20:00:00");
globalThis.document ??= { documentElement: { lang: "en" } };

test("a room that is not guarded says nothing", () => {
  assert.equal(guardWords({}, true, NOW), "");
});

test("people who are new read along and others write slowly, until somebody is expected on their own clock", () => {
  const frame = { guarded: true, slow_seconds: 30, back_at: new Date("2026-11-27T21:30:00").toISOString() };
  assert.match(guardWords(frame, true, NOW), /read along for now\. One is expected at 21:30\. Your words are kept here\.$/);
  assert.match(guardWords(frame, false, NOW), /one message every 30 seconds\. One is expected at 21:30\.$/);
});

test("another day is named, and nobody promises what nobody knows", () => {
  const soon = { guarded: true, slow_seconds: 30, back_at: new Date("2026-11-29T09:00:00").toISOString() };
  const later = { ...soon, back_at: new Date("2026-12-24T09:00:00").toISOString() };
  assert.match(guardWords(soon, false, NOW), /expected on Sunday at 09:00\.$/);
  assert.match(guardWords(later, false, NOW), /expected on December 24 at 09:00\.$/);
  assert.match(guardWords({ guarded: true, slow_seconds: 30 }, false, NOW), /don't know yet/);
});
