/** A dry run that goes on: asks how far it is, at most every three seconds, and shows the page anew once it is done. */

const EVERY_MS = 3000;
const place = document.querySelector("[data-counting]");

async function look() {
  const answer = await fetch(place.dataset.counting, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return answer === null; // a line that is lost comes back; a no stays one
  const { counting, read, total, says } = await answer.json();
  if (!counting) {
    location.reload();
    return false;
  }
  const bar = place.querySelector("progress");
  bar.max = Math.max(total, 1);
  bar.value = read;
  const line = place.querySelector("[data-says]");
  if (line.textContent !== says) line.textContent = says;
  return true;
}

async function follow() {
  if (!document.hidden && !(await look())) return;
  setTimeout(follow, EVERY_MS);
}

if (place) setTimeout(follow, EVERY_MS);
