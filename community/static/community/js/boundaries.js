/** Boundaries: each choice is saved at once, in order; one that could not be saved goes back, and says so. */

import { say, sayNow } from "./say.js";

const form = document.getElementById("boundaries");
let kept = values();
let saving = Promise.resolve();

form.querySelector("[data-save]").hidden = true;
form.addEventListener("change", () => { saving = saving.then(save); });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  saving = saving.then(save);
});

function values() {
  return new Map([...form.elements].filter((one) => one.name).map((one) => [one, one.type === "checkbox" || one.type === "radio" ? one.checked : one.value]));
}

async function save() {
  const asked = values();
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, keepalive: true }).catch(() => null);
  if (answer?.status === 204) {
    kept = asked;
    show({});
    say(form.dataset.saved);
  } else if (answer?.status === 400) {
    show((await answer.json()).errors);
  } else {
    putBack(asked);
    sayNow(form.dataset.lost);
  }
}

// What was chosen meanwhile stays; only what was asked for and not stored goes back.
function putBack(asked) {
  for (const [field, was] of kept) {
    const key = typeof was === "boolean" ? "checked" : "value";
    if (field[key] === asked.get(field)) field[key] = was;
  }
}

function show(errors) {
  form.querySelectorAll(".form-error, .errors").forEach((one) => one.remove());
  form.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
  for (const [name, words] of Object.entries(errors)) {
    const field = form.elements.namedItem(name);
    const place = document.createElement("p");
    place.className = "form-error";
    place.append(bold(form.dataset.check), ` ${words}`);
    field.setAttribute?.("aria-invalid", "true");
    (field.closest?.(".field, .level") ?? form).append(place);
    sayNow(words);
  }
}

function bold(words) {
  const node = document.createElement("b");
  node.textContent = words;
  return node;
}
