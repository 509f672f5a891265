/**
 * The queue, live: on each piece of news the page is fetched anew and what stands in #queue-live is put into this one.
 *
 * A page of a case says `data-case="<token>"` on some element: while its line is up, the case stays with its holder.
 * While no line can be had, the page asks every few seconds. Everything works without this script, by reloading.
 */

import { Connection, socketAt } from "../../chat/js/connection.js";
import { watchQueue } from "../../chat/js/protocol.js";
import { say } from "../../community/js/say.js";
import { Live, News } from "./live.js";

const WORDS = {
  severe: (n) => (n === 1 ? "1 new case is severe." : `${n} new cases are severe.`),
  lost: "The queue isn't live at the moment. It is looked at every few seconds.",
};

const live = document.getElementById("queue-live");
const holding = document.querySelector("[data-case]")?.dataset.case ?? "";

const page = new Live({
  place: live,
  get: async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("queue-live");
  },
});

const news = new News({
  changed: () => live && page.renew(),
  severe: (count) => say(WORDS.severe(count)),
  waiting: live ? Number(live.dataset.severe) : null,
});

let refs = 0;
const connection = new Connection(socketAt("/ws/moderate/"), {
  frame: (frame) => frame.type === "queue.changed" && news.hear(frame.counts),
  open: () => {
    page.isLive = true;
    document.documentElement.dataset.queueLive = "1";
    refs += 1;
    if (holding) connection.send(watchQueue(refs, holding));
  },
  closed: ({ stays }) => {
    if (page.isLive) say(WORDS.lost);
    page.isLive = false;
    delete document.documentElement.dataset.queueLive;
    if (live && !stays) page.poll();
  },
  shown: () => ({ positions: {}, revisions: {} }),
});

window.addEventListener("leaving", () => connection.end());
window.addEventListener("online", () => connection.hurry());
window.addEventListener("pagehide", () => connection.drop());
window.addEventListener("pageshow", (event) => event.persisted && connection.open());
document.addEventListener("visibilitychange", () => !document.hidden && connection.hurry());
connection.open();
