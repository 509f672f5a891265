/** The page of a live chat, beside what every room does: shows how the chat stands. */

const main = document.getElementById("main");

main.addEventListener("frame", ({ detail: frame }) => {
  if (frame.type === "live.state" && frame.room === main.dataset.room) main.dataset.state = frame.state;
});
