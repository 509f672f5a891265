/** A room's page: help beside the draft. See severest.js for what is looked at, and where. */

import { plainForm } from "../../chat/js/fold.js";
import { DraftHelp } from "./beside_draft.js";
import { isSevere } from "./severest.js";

const LONGEST = 4000; // characters, from the end: what was written last
const box = document.getElementById("w");
const line = document.getElementById("draft-help");

if (box && line) new DraftHelp({ box, line, isSevere: (words) => isSevere(plainForm(words.slice(-LONGEST))) });
