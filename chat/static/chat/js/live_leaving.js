/** The question how one is, answered in place; where that fails, the form goes its way as without scripts. */

document.addEventListener("submit", async (event) => {
  const form = event.target.closest(".leaving form");
  if (!form || form.dataset.plain) return;
  event.preventDefault();
  if (await answered(form, event.submitter)) return;
  form.dataset.plain = "1";
  form.requestSubmit(event.submitter);
});

async function answered(form, button) {
  const address = new URL(form.action);
  address.searchParams.set("piece", "");
  const answer = await fetch(address, { method: "POST", body: new FormData(form, button) }).catch(() => null);
  if (!answer?.ok) return false;
  const piece = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".leaving");
  if (!piece) return false;
  const fresh = document.importNode(piece, true);
  form.closest(".leaving").replaceWith(fresh);
  fresh.focus();
  return true;
}
