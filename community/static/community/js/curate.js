/** Help for curators: fields that are checked while one writes, an order by dragging. */

import { say } from "./say.js";

const WAIT = 700;

/** Asks the server what is wrong, and says it at the fields that were touched. Nothing typed is changed. */
class LiveForm {
  constructor(form) {
    this.form = form;
    this.touched = new Set();
    this.asked = 0;
    form.addEventListener("focusout", (event) => this.left(event.target));
    form.addEventListener("input", (event) => this.changed(event.target));
  }

  left(field) {
    if (!field.id || !field.name || field.type === "hidden") return;
    this.touched.add(field.id);
    this.later();
  }

  changed(field) {
    if (this.touched.has(field.id)) this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const mine = ++this.asked;
    try {
      const answer = await fetch(this.form.action, { method: "POST", body: new FormData(this.form), headers: { "X-Live": "1" } });
      if (!answer.ok) return;
      const { errors } = await answer.json();
      if (mine === this.asked) this.show(errors);
    } catch {
      // Without a line nothing is said now; sending the form says it.
    }
  }

  show(errors) {
    for (const id of this.touched) {
      const field = document.getElementById(id);
      const place = document.getElementById(`${id}_error`);
      if (!field || !place) continue;
      const words = errors[id] || "";
      if (place.textContent !== words) place.textContent = words;
      place.hidden = !words;
      if (words) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
      describe(field, place.id, Boolean(words));
    }
  }
}

/** Ties an error to its field for those who hear the page, or unties it. */
function describe(field, id, is) {
  const ids = new Set((field.getAttribute("aria-describedby") || "").split(/\s+/).filter(Boolean));
  if (is) ids.add(id);
  else ids.delete(id);
  if (ids.size) field.setAttribute("aria-describedby", [...ids].join(" "));
  else field.removeAttribute("aria-describedby");
}

/** Monday's hours on every day, by one button. */
function copyMonday() {
  const button = document.querySelector("[data-copy-day]");
  if (!button) return;
  button.closest("[data-with-script]").hidden = false;
  button.addEventListener("click", () => {
    const [monday, ...others] = document.querySelectorAll(".curate__week input");
    for (const day of others) day.value = monday.value;
  });
}

/** The order of a list: buttons move without loading the page anew, and rows can be dragged. */
class Order {
  constructor(form) {
    this.form = form;
    this.list = form.querySelector("ol");
    this.list.dataset.drags = "";
    form.addEventListener("click", (event) => this.pressed(event));
    for (const row of this.list.children) this.mayBeDragged(row);
    this.renumber();
  }

  pressed(event) {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("li");
    const step = Number(button.dataset.move);
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    this.renumber();
    button.focus();
    this.tell(row);
  }

  tell(row) {
    say(`${row.dataset.name}: ${[...this.list.children].indexOf(row) + 1}/${this.list.children.length}`);
  }

  mayBeDragged(row) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      this.dragged = row;
      row.classList.add("dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.dataset.key);
    });
    row.addEventListener("dragover", (event) => this.over(event, row));
    row.addEventListener("drop", (event) => event.preventDefault());
    row.addEventListener("dragend", () => {
      row.classList.remove("dragged");
      this.dragged = null;
      this.renumber();
    });
  }

  over(event, row) {
    if (!this.dragged) return;
    event.preventDefault();
    if (row === this.dragged) return;
    const { top, height } = row.getBoundingClientRect();
    if (event.clientY < top + height / 2) row.before(this.dragged);
    else row.after(this.dragged);
  }

  renumber() {
    const rows = [...this.list.children];
    this.form.elements.order.value = rows.map((row) => row.dataset.key).join(",");
    rows.forEach((row, place) => {
      row.querySelector(".curate__place").textContent = String(place + 1);
      const [up, down] = row.querySelectorAll("[data-move]");
      setDisabled(up, place === 0);
      setDisabled(down, place === rows.length - 1);
    });
  }
}

/** A button that does nothing now stays reachable by keyboard, and says so. */
function setDisabled(button, is) {
  if (is) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
}

copyMonday();
for (const form of document.querySelectorAll("form[data-live]")) new LiveForm(form);
for (const form of document.querySelectorAll("form[data-order]")) new Order(form);
document.querySelector("[data-focus]")?.focus();
