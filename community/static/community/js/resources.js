/** The directory and its entries: the count is spoken after a choice, entries are saved in place, links are shared. */

import { say } from "./say.js";
import { wireSaving } from "./saving.js";

const SPEAK_AFTER_MS = 400; // a live region that is filled while the page loads is not spoken
const count = document.querySelector("[data-say]");
if (count) setTimeout(() => say(count.textContent), SPEAK_AFTER_MS);
document.querySelectorAll("[data-go-button]").forEach((button) => { button.hidden = true; });
wireSaving(document);

const share = document.querySelector("[data-share]");
if (share && (navigator.share || navigator.clipboard)) {
  share.hidden = false;
  share.addEventListener("click", () => pass(share.dataset));
}

async function pass({ share: url, title, copied, lost }) {
  try {
    if (navigator.share) {
      await navigator.share({ title, url });
    } else {
      await navigator.clipboard.writeText(url);
      tell(copied);
    }
  } catch (error) {
    if (error.name !== "AbortError") tell(lost);
  }
}

function tell(words) {
  const place = document.querySelector("[data-shared]") ?? document.createElement("p");
  place.dataset.shared = "";
  place.className = "says";
  place.textContent = words;
  share.after(place);
  say(words);
}
