/** Live chats before they begin: minutes that go down, this device's own time where it differs, and the page of a chat
 * that follows how the chat stands. Without it, a reload shows the same. */

import { say } from "../../community/js/say.js";

const MINUTE = 60_000;
const AGAIN = { soon: 2 * MINUTE, later: 15 * MINUTE };
const lang = document.documentElement.lang || "en";

function ownTimes(place) {
  for (const one of place.querySelectorAll("[data-here]")) {
    const at = new Date(one.dataset.here);
    const own = new Date(at.getTime() - at.getTimezoneOffset() * MINUTE).toISOString().slice(0, 16).replace("T", " ");
    if (own === one.dataset.shown) continue;
    const far = own.slice(0, 10) !== one.dataset.shown.slice(0, 10);
    const time = at.toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(far && { weekday: "long" }) });
    one.textContent = one.dataset.words.replace("{time}", time);
    one.hidden = false;
  }
}

/** "In 34 minutes, at 20:00" becomes the same with fewer minutes. */
function countDown() {
  for (const one of document.querySelectorAll("[data-left]")) {
    const left = Math.max(2, Math.round((new Date(one.dateTime) - Date.now()) / MINUTE)); // "1 minutes" is no language
    one.textContent = one.textContent.replace(one.dataset.left, left);
    one.dataset.left = left;
  }
}

const standing = document.getElementById("standing");
let waking;

async function follow() {
  const before = document.getElementById("standing");
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    const fresh = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("standing");
    if (!fresh) return;
    ownTimes(fresh);
    if (fresh.textContent === before.textContent) return; // whoever is about to press something keeps it
    before.replaceWith(fresh);
    if (fresh.dataset.state !== before.dataset.state) say(fresh.querySelector("time").textContent);
  } catch {
    // The next round tries again.
  } finally {
    wait();
  }
}

function wait() {
  clearTimeout(waking);
  const changes = new Date(document.getElementById("standing").dataset.changes) - Date.now();
  const jitter = Math.random() * 2000; // not everybody at once
  const again = changes > 60 * MINUTE ? AGAIN.later : AGAIN.soon;
  const next = Math.max(1000, Math.min(changes || again, again)) + jitter;
  waking = setTimeout(() => (document.hidden ? wait() : follow()), next);
}

ownTimes(document);
setInterval(countDown, MINUTE / 4);
if (standing?.dataset.changes) {
  wait();
  document.addEventListener("visibilitychange", () => document.hidden || follow());
}
