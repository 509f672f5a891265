import assert from "node:assert/strict";
import { test } from "node:test";

import { Backoff } from "../../chat/static/chat/js/backoff.js";

const waits = (random, count) => {
  const backoff = new Backoff({ random: () => random, now: () => 0 });
  return Array.from({ length: count }, () => backoff.next());
};

test("r9: waits grow from half a second to thirty, with full jitter", () => {
  assert.deepEqual(waits(1, 8), [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  assert.ok(waits(0, 8).every((wait) => wait <= 500));
});

test("r9: a server may say how long to wait", () => {
  const backoff = new Backoff({ random: () => 0, now: () => 0 });
  assert.equal(backoff.next(7), 7000);
});

test("r9: ten good seconds start over, fewer do not", () => {
  let at = 0;
  const backoff = new Backoff({ random: () => 1, now: () => at });
  backoff.next();
  backoff.next();
  backoff.opened();
  at = 9999;
  assert.equal(backoff.next(), 2000);
  backoff.opened();
  at += 10000;
  assert.equal(backoff.next(), 500);
});
