// Keeps long forms while they are written (ADR 0039): some seconds after a change the form is sent to its own address with
// a field that says so, and the server keeps it, encrypted. What was kept is offered when the form is opened again.
"use strict";

const PAUSE = 8000; // milliseconds

const watched = new Map();

function watch(form) {
  const said = form.querySelector("[data-kept]");
  let timer = 0;
  let sending = null;

  async function keep() {
    stop();
    sending = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    body.append(form.dataset.keep, "yes");
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true, signal: sending.signal });
      const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
      said.textContent = answer.status === 204 ? `${said.dataset.kept} ${time}` : said.dataset.failed;
    } catch {
      // No connection, or the form is being saved: the next change tries again.
    }
  }

  function stop() {
    window.clearTimeout(timer);
    timer = 0;
  }

  return {
    type: () => { if (!timer) timer = window.setTimeout(keep, PAUSE); },
    send: () => { stop(); sending?.abort(); },
    leave: () => { if (timer) keep(); },
  };
}

// On the document: a form that is saved while the page stays is replaced by another one (forms.js).
document.addEventListener("input", ({ target: { form } }) => {
  if (!form?.matches("[data-keep]")) return;
  if (!watched.has(form)) watched.set(form, watch(form));
  watched.get(form).type();
});
document.addEventListener("submit", ({ target: form }) => watched.get(form)?.send());
// A telephone may never come back to a page that was put aside.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) watched.forEach((one) => one.leave());
});
