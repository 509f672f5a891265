import assert from "node:assert/strict";
import { test } from "node:test";

import { Live, News } from "../../moderation/static/moderation/js/live.js";
import { Clock } from "./clock.js";

function news(waiting) {
  const told = [];
  return { told, news: new News({ changed: () => told.push("changed"), severe: (n) => told.push(n), waiting }) };
}

test("the first numbers are nothing new; more severe ones are said, fewer and lighter ones are not", () => {
  const { told, news: hears } = news();
  hears.hear({ imminent: 1, moderate: 9 });
  hears.hear({ imminent: 1, high: 2, moderate: 3 });
  hears.hear({ high: 1 });
  hears.hear({ high: 1, moderate: 40 });
  assert.deepEqual(told, ["changed", "changed", 2, "changed", "changed"]);
});

test("the queue that is empty is a number like others", () => {
  const { told, news: hears } = news();
  hears.hear({});
  hears.hear({ imminent: 1 });
  assert.deepEqual(told, ["changed", "changed", 1]);
});

test("what came between the page and its line is said", () => {
  const { told, news: hears } = news(1);
  hears.hear({ imminent: 1, high: 1 });
  hears.hear({ high: 2 });
  assert.deepEqual(told, ["changed", 1, "changed"]);
});

class Quiet extends Live {
  shown = [];

  put(fresh) { this.shown.push(fresh); }
}

function live(get) {
  const clock = new Clock();
  return { clock, page: new Quiet({ place: null, get, timers: clock }) };
}

const settled = () => new Promise((resolve) => { setImmediate(resolve); });

test("whatever comes while a page is on its way is one more look, not many", async () => {
  const asked = [];
  const { page } = live(() => new Promise((resolve) => { asked.push(resolve); }));
  page.renew();
  page.renew();
  page.renew();
  assert.equal(asked.length, 1);
  asked[0]("one");
  await settled();
  assert.equal(asked.length, 2);
  asked[1]("two");
  await settled();
  assert.deepEqual(page.shown, ["one", "two"]);
});

test("without a line it asks every five seconds until there is one", async () => {
  let count = 0;
  const { page, clock } = live(async () => { count += 1; return count; });
  page.poll();
  for (let round = 0; round < 3; round += 1) {
    clock.pass(5000);
    await settled();
  }
  assert.deepEqual(page.shown, [1, 2, 3]);
  page.isLive = true;
  clock.pass(20000);
  await settled();
  assert.equal(count, 3);
});

test("a page that cannot be had leaves what is there, and the next one comes", async () => {
  const answers = [() => Promise.reject(new Error("502")), () => Promise.resolve("good")];
  const { page } = live(() => answers.shift()());
  await page.renew();
  await page.renew();
  assert.deepEqual(page.shown, ["good"]);
});
