// Two small guards for forms that are sent, and one for the Back button (ADR 0013). Every page works without them; nothing is stored.
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

// A page that the browser kept for its Back button shows what was true then: private time may have begun since, or a link
// may have ended. So it is asked for anew, and hidden until it is here.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.documentElement.hidden = true;
  window.location.reload();
});
