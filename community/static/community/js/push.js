/** The switch for push in this browser. Nothing is asked of anybody before the switch is pressed. */

import { say, sayNow } from "./say.js";

const button = document.querySelector("[data-push]");
const says = document.querySelector("[data-push-says]");
const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

if (button) begin();

async function begin() {
  says.textContent = says.dataset.cannot; // until this browser shows that it can
  if (!("PushManager" in window && "Notification" in window && navigator.serviceWorker)) return;
  show(await isOn().catch(() => false));
  button.addEventListener("click", press);
  button.hidden = false;
}

async function isOn() {
  const found = await (await registration()).pushManager.getSubscription();
  return Boolean(found && Notification.permission === "granted" && (await tell(button.dataset.known, { endpoint: found.endpoint })));
}

async function press() {
  const wanted = button.getAttribute("aria-checked") !== "true";
  button.disabled = true;
  try {
    await (wanted ? turnOn() : turnOff());
    show(wanted);
    say(says.dataset.saved);
  } catch {
    show(!wanted);
    if (Notification.permission === "denied") says.textContent = says.dataset.denied;
    sayNow(Notification.permission === "denied" ? says.dataset.denied : says.dataset.lost);
  }
  button.disabled = false;
  button.focus();
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("denied");
  const { pushManager } = await registration();
  await (await pushManager.getSubscription())?.unsubscribe(); // it may have been made with another key
  const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: button.dataset.push });
  const { endpoint, keys } = made.toJSON();
  if (await tell(button.dataset.add, { endpoint, p256dh: keys.p256dh, auth: keys.auth })) return;
  await made.unsubscribe();
  throw new Error("refused");
}

async function turnOff() {
  const found = await (await registration()).pushManager.getSubscription();
  if (!found) return;
  if (!(await tell(button.dataset.remove, { endpoint: found.endpoint }))) throw new Error("refused");
  await found.unsubscribe();
}

function registration() {
  return navigator.serviceWorker.ready;
}

async function tell(url, values) {
  const body = new URLSearchParams({ csrfmiddlewaretoken: token, ...values });
  return (await fetch(url, { method: "POST", body })).ok;
}

function show(on) {
  button.setAttribute("aria-checked", String(on));
  says.textContent = on ? says.dataset.on : says.dataset.off;
}
