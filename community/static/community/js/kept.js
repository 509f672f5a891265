/** Private pages on this device, for when there is no network: the safety plan, and what was saved. Only where the member
 * asked for it; see also sw.js. */

/** The store of the safety plan. */
export const PLAN = "plan-1";
/** The store of the page of saved entries. */
export const SAVED = "saved-1";

/** True where a browser can keep pages. */
export function canKeep({ caches, navigator }) {
  return Boolean(caches && navigator?.serviceWorker);
}

/** True when this device keeps the page of this store. */
export async function isKept({ caches }, store = PLAN) {
  return caches.has(store);
}

/** Keeps the page at `url`. Says whether that worked; if not, nothing stays. */
export async function keep({ caches, fetch }, url, store = PLAN) {
  const answer = await fetch(url, { redirect: "manual", cache: "no-store" }).catch(() => null);
  if (!answer?.ok) {
    await caches.delete(store);
    return false;
  }
  await (await caches.open(store)).put(url, answer);
  return true;
}

/** Lets the pages of these stores go from this device; without a store named, all of them. */
export async function letGo({ caches }, ...stores) {
  if (!caches) return false;
  const gone = await Promise.all((stores.length ? stores : [PLAN, SAVED]).map((store) => caches.delete(store).catch(() => false)));
  return gone.some(Boolean);
}
