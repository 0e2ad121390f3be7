// Small guards for forms that are sent, one for the Back button (ADR 0013), and how much more fits into a text (ADR 0039).
// Every page works without them.
"use strict";

const dirty = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && form.method === "post") dirty.add(form);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  // A second click while the first is on its way would do the thing twice.
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  // What was typed into another form of this page would be gone.
  const others = [...dirty].filter((other) => other !== form && other.isConnected);
  if (others.length && !window.confirm(document.body.dataset.unsent)) {
    event.preventDefault();
    others[0].scrollIntoView({ block: "center" });
    return;
  }
  form.dataset.sent = "yes";
  window.setTimeout(() => delete form.dataset.sent, 5000);
});

// Near the end of what a text may be, says how much is left. A text that is too long is sent whole: the server says so.
const left = (field) => Number(field.dataset.atMost) - [...field.value].length;
const pauses = new WeakMap();

document.addEventListener("focusin", ({ target: field }) => {
  if (!field.dataset.atMost || field.nextElementSibling?.matches(".room[role]")) return;
  const said = document.createElement("div");
  said.className = "room";
  said.setAttribute("role", "status");
  field.after(said);
  sayRoom(field);
});

function sayRoom(field) {
  const rest = left(field), near = rest <= Math.max(20, field.dataset.atMost / 10);
  const { room, over } = document.body.dataset;
  field.nextElementSibling.textContent = near ? `${rest < 0 ? over : room} ${Math.abs(rest).toLocaleString(document.documentElement.lang)}` : "";
}

document.addEventListener("input", ({ target: field }) => {
  if (!field.dataset.atMost) return;
  window.clearTimeout(pauses.get(field));
  pauses.set(field, window.setTimeout(sayRoom, 500, field)); // not at each key: it is read out
});

// A page that the browser kept for its Back button shows what was true then: private time may have begun since, or a link
// may have ended. So it is asked for anew, and hidden until it is here.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.documentElement.hidden = true;
  window.location.reload();
});
