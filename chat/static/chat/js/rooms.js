/** Today and the list of rooms: counts of what is new, live. */

import { Connection, socketAt } from "./connection.js";
import { hearNotices, showDot, showTotals, TitleCount } from "./notify.js";
import { Unread } from "./unread.js";

const path = document.querySelector("[data-socket]")?.dataset.socket;
const title = new TitleCount(document);
const unread = new Unread({
  changed: ({ room, count, more, ...totals }) => {
    showDot(document.querySelector(`[data-room-card="${CSS.escape(room)}"] [data-unread]`), count);
    showTotals(document, totals);
    title.add(more);
  },
});

if (path) {
  const connection = new Connection(socketAt(path), {
    frame: (frame) => {
      unread.hear(frame);
      hearNotices(document, frame);
    },
    open: () => {},
    closed: () => {},
    shown: () => ({ positions: {}, revisions: {} }),
  });
  connection.open();
  window.addEventListener("leaving", () => connection.end());
  window.addEventListener("pagehide", () => connection.drop());
  window.addEventListener("online", () => connection.hurry());
  window.addEventListener("pageshow", (event) => event.persisted && connection.open());
  document.addEventListener("visibilitychange", () => document.hidden || connection.hurry());
}
