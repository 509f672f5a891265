/** Buttons that pass a link on: into the clipboard, or by the device's own sheet. Hidden where the browser has neither. */

import { say } from "./say.js";

/** Wires every such button. Without a wish (`data-how`) the sheet comes first. */
export function wireSharing(document) {
  for (const button of document.querySelectorAll("[data-share]")) {
    const { how } = button.dataset;
    const sends = navigator.share && how !== "copy";
    if (!sends && (how === "sheet" || !navigator.clipboard)) continue;
    button.hidden = false;
    button.addEventListener("click", () => pass(button, sends));
  }
}

async function pass(button, sends) {
  const { share: url, title, copied, lost } = button.dataset;
  try {
    if (sends) return await navigator.share({ title, url });
    await navigator.clipboard.writeText(url);
    tell(button, copied);
  } catch (error) {
    if (error.name !== "AbortError") tell(button, lost);
  }
}

function tell(button, words) {
  const place = document.querySelector("[data-shared]") ?? document.createElement("p");
  place.dataset.shared = "";
  place.className = "says";
  place.textContent = words;
  button.after(place);
  say(words);
}
