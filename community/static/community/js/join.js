/** The join page: is the name free, what will others see, which zone is it. Everything also works without. */

const CHECK_AFTER_MS = 500;
const form = document.getElementById("join");
const name = form.elements.namedItem("name");
const says = document.getElementById("name-says");
let waiting = 0;

function preview() {
  const letter = name.value.trim().slice(0, 1).toUpperCase() || "·";
  document.getElementById("preview-name").textContent = name.value.trim() || "…";
  const pebble = document.getElementById("preview-pebble");
  pebble.textContent = letter;
  pebble.className = `pebble xl p${form.elements.namedItem("pebble").value || 5}`;
  document.querySelectorAll("[data-initial]").forEach((one) => { one.textContent = letter; });
}

async function check() {
  const asked = name.value.trim();
  if (asked.length < 3) return;
  const answer = await fetch(`${name.dataset.check}?name=${encodeURIComponent(asked)}`).catch(() => null);
  if (!answer?.ok || asked !== name.value.trim()) return;
  const { free, words } = await answer.json();
  says.textContent = free ? `${asked} is free.` : words;
  says.classList.toggle("says--no", !free);
}

function later() {
  says.textContent = "";
  clearTimeout(waiting);
  waiting = setTimeout(check, CHECK_AFTER_MS);
  preview();
}

name.addEventListener("input", later);
form.addEventListener("change", preview);
form.addEventListener("click", (event) => {
  const { suggest } = event.target.dataset;
  if (!suggest) return;
  name.value = suggest;
  later();
});
const zone = form.elements.namedItem("time_zone");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone.value === "UTC" && [...zone.options].some((option) => option.value === here)) zone.value = here;
preview();
