// Two small guards for forms that are sent (ADR 0013). Every page works without them; nothing is stored.
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

// Back from another page, everything can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
