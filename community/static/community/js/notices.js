/** The list of notices: one that is opened is seen; something newer is offered, never put in by itself. */

const token = document.querySelector("#all-seen [name=csrfmiddlewaretoken]")?.value;
const seen = document.getElementById("all-seen")?.action;
let count = Number.NaN;

document.addEventListener("click", (event) => {
  const { notice } = event.target.closest("[data-notice]")?.dataset ?? {};
  if (!notice || !token) return;
  navigator.sendBeacon(seen, new URLSearchParams({ csrfmiddlewaretoken: token, notice }));
});

document.addEventListener("notices", ({ detail }) => {
  if (detail.count > count) document.getElementById("more").hidden = false;
  count = detail.count;
});
