import assert from "node:assert/strict";
import { test } from "node:test";

import { canKeep, isKept, keep, letGo, PLAN, SAVED } from "../../community/static/community/js/kept.js";

function device(answer) {
  const stores = new Map([["help-1", new Map()]]);
  const open = async (name) => {
    if (!stores.has(name)) stores.set(name, new Map());
    return { put: async (url, page) => stores.get(name).set(url, page) };
  };
  const caches = { open, has: async (name) => stores.has(name), delete: async (name) => stores.delete(name) };
  return { stores, caches, fetch: async () => answer };
}

test("the plan is kept apart from the help page, and let go alone", async () => {
  const here = device({ ok: true });
  assert.ok(await keep(here, "/you/plan/offline/"));
  assert.ok(await isKept(here));
  await letGo(here);
  assert.deepEqual([...here.stores.keys()], ["help-1"]);
});

test("a page that is refused is not kept, and an older copy goes", async () => {
  const here = device({ ok: false });
  here.stores.set("plan-1", new Map());
  assert.equal(await keep(here, "/you/plan/offline/"), false);
  assert.equal(await isKept(here), false);
});

test("where nothing can be kept nothing fails", async () => {
  assert.equal(canKeep({ navigator: {} }), false);
  assert.equal(await letGo({}), false);
});

test("the plan and what was saved are kept apart, and leaving lets both go", async () => {
  const here = device({ ok: true });
  await keep(here, "/you/plan/offline/");
  await keep(here, "/saved/offline/", SAVED);
  await letGo(here, PLAN);
  assert.deepEqual([await isKept(here), await isKept(here, SAVED)], [false, true]);
  await keep(here, "/you/plan/offline/");
  await letGo(here);
  assert.deepEqual([...here.stores.keys()], ["help-1"]);
});
