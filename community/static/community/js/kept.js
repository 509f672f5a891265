/** The safety plan on this device, for when there is no network. Only if the member asked for it; see also sw.js. */

const NAME = "plan-1";

/** True where a browser can keep pages. */
export function canKeep({ caches, navigator }) {
  return Boolean(caches && navigator?.serviceWorker);
}

/** True when this device keeps the plan. */
export async function isKept({ caches }) {
  return caches.has(NAME);
}

/** Keeps the page at `url`. Says whether that worked; if not, nothing stays. */
export async function keep({ caches, fetch }, url) {
  const answer = await fetch(url, { redirect: "manual", cache: "no-store" }).catch(() => null);
  if (!answer?.ok) {
    await caches.delete(NAME);
    return false;
  }
  await (await caches.open(NAME)).put(url, answer);
  return true;
}

/** Lets the plan go from this device. */
export async function letGo({ caches }) {
  return caches?.delete(NAME).catch(() => false);
}
