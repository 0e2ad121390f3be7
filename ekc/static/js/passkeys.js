// Passkeys (ADR 0017): asks the device, and puts its answer into the form of the page, which is then sent like any other.
// All words come from the page. Without this script, or where the browser has no passkeys, the form stays hidden.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// What the device is asked, with its bytes as bytes: a new passkey if it is told for whom, otherwise any it has for us.
async function ask(options) {
  const publicKey = { ...options, challenge: bytes(options.challenge) };
  if (!options.user) return navigator.credentials.get({ publicKey });
  publicKey.user = { ...options.user, id: bytes(options.user.id) };
  publicKey.excludeCredentials = options.excludeCredentials.map((known) => ({ ...known, id: bytes(known.id) }));
  return navigator.credentials.create({ publicKey });
}

function answered({ id, rawId, type, response }) {
  const parts = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = text(response[name]);
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: parts });
}

async function fill(form) {
  const answer = await fetch(form.dataset.passkey, { cache: "no-store" });
  // Signed out meanwhile, or signed in for too long: the page says so.
  if (answer.redirected || answer.status === 409) return window.location.reload();
  form.elements.credential.value = answered(await ask(await answer.json()));
  return form.submit();
}

const sentences = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known" };

function start(form) {
  const said = form.querySelector("[role=alert]");
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation(); // forms.js would take the next try for a second click
    if (busy || !form.reportValidity()) return;
    busy = true;
    said.hidden = true;
    try {
      await fill(form);
    } catch (error) {
      said.textContent = form.dataset[sentences[error.name] || "failed"];
      said.hidden = false;
    }
    busy = false;
  });
  for (let part = form; part; part = form.closest("[hidden]")) part.hidden = false;
}

if (window.PublicKeyCredential) {
  document.querySelectorAll("form[data-passkey]").forEach(start);
  document.querySelectorAll("[data-without-passkeys]").forEach((part) => (part.hidden = true));
}
