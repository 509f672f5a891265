import assert from "node:assert/strict";
import { test } from "node:test";

import { ShiftCount, marked } from "../../community/static/community/js/leave.js";

function press(count, ...keys) {
  keys.forEach((key) => {
    count.down(key);
    count.up(key);
  });
}

test("three presses of Shift within five seconds leave", () => {
  const count = new ShiftCount(() => 0);
  press(count, "Shift", "Shift");
  assert.ok(!count.isEnough);
  press(count, "Shift");
  assert.ok(count.isEnough);
});

test("typing capitals never counts", () => {
  const count = new ShiftCount(() => 0);
  for (let n = 0; n < 5; n += 1) {
    count.down("Shift");
    count.down("A");
    count.up("A");
    count.up("Shift");
  }
  assert.ok(!count.isEnough);
});

test("a letter between begins anew", () => {
  const count = new ShiftCount(() => 0);
  press(count, "Shift", "Shift", "a", "Shift");
  assert.ok(!count.isEnough);
});

test("presses further apart than five seconds do not add up", () => {
  let at = 0;
  const count = new ShiftCount(() => at);
  for (let n = 0; n < 6; n += 1) {
    press(count, "Shift");
    at += 3000;
  }
  assert.ok(!count.isEnough);
});

test("the mark of having left travels encrypted where the site does", () => {
  assert.ok(marked("https:").endsWith("; secure"));
  assert.ok(!marked("http:").includes("secure"));
});
