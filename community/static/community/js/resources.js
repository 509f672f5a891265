/** The directory and its entries: the count is spoken after a choice, entries are saved in place, links are shared. */

import { say } from "./say.js";
import { wireSaving } from "./saving.js";
import { wireSharing } from "./share.js";

const SPEAK_AFTER_MS = 400; // a live region that is filled while the page loads is not spoken
const count = document.querySelector("[data-say]");
if (count) setTimeout(() => say(count.textContent), SPEAK_AFTER_MS);
document.querySelectorAll("[data-go-button]").forEach((button) => { button.hidden = true; });
wireSaving(document);
wireSharing(document);
