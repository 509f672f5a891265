/** Today and the list of rooms: counts of what is new, live. */

import { Connection } from "./connection.js";

const cards = new Map([...document.querySelectorAll("[data-room-card]")].map((card) => [card.dataset.roomCard, card]));
const path = document.querySelector("[data-socket]")?.dataset.socket;

function show(room, count) {
  const dot = cards.get(room)?.querySelector("[data-unread]");
  if (!dot) return;
  dot.hidden = count < 1;
  dot.querySelector("[data-count]").textContent = count > 9 ? "9+" : String(count);
}

function hear(frame) {
  if (frame.type === "hello") frame.rooms?.forEach(({ room, top, read }) => show(room, top - read));
  if (frame.type === "unread") show(frame.room, frame.count ?? 0);
}

if (path) {
  const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
  const connection = new Connection(url, {
    frame: hear,
    open: () => {},
    closed: () => {},
    shown: () => ({ positions: {}, revisions: {} }),
  });
  connection.open();
  window.addEventListener("leaving", () => connection.end());
  window.addEventListener("pagehide", () => connection.drop());
  window.addEventListener("online", () => connection.hurry());
  window.addEventListener("pageshow", (event) => event.persisted && connection.open());
}
