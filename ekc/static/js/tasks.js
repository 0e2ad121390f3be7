// Saves how far a task is as soon as it is chosen: one tap, and the page stays, also for whoever moves through the choices
// with the arrow keys. Without scripts, or without a connection, the button saves.
"use strict";

function saveAsChosen(form) {
  const said = form.querySelector("[data-told]");
  const button = form.querySelector("[type=submit]");
  let saving = Promise.resolve(); // one after the other: the last choice counts

  async function save() {
    const body = new URLSearchParams(new FormData(form));
    body.append("stays", "yes");
    let saved = false;
    try {
      saved = (await fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true })).status === 204;
    } catch {
      // No connection: the button is there.
    }
    if (saved) dirty.delete(form); // of forms.js
    said.textContent = saved ? said.dataset.told : said.dataset.failed;
    button.hidden = saved;
  }

  button.hidden = true;
  form.addEventListener("change", () => {
    saving = saving.then(save);
  });
}

document.querySelectorAll("form:has([data-told])").forEach(saveAsChosen);
