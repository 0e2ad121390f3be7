// Small guards for forms that are sent, one for the Back button (ADR 0013), how much more fits into a text (ADR 0039), and
// what paper cannot print.
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
  // The browser's own page of errors would take the place of what was typed.
  if (!navigator.onLine) {
    event.preventDefault();
    say(document.body.dataset.offline);
    return;
  }
  // A second click while the first is on its way would do the thing twice.
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  window.setTimeout(() => delete form.dataset.sent, 5000);
  // What was typed into other forms of this page would be gone.
  const others = [...dirty].filter((other) => other !== form && other.isConnected);
  if (!others.length) return;
  event.preventDefault();
  sendBeside(form, event.submitter, others);
});

// Sends a form while the page stays. The page that comes of it takes its place, and the other forms stand in it as they are.
async function sendBeside(form, button, others) {
  const typed = new FormData(form);
  if (button?.name) typed.append(button.name, button.value);
  let answer, page;
  try {
    answer = await fetch(button?.getAttribute("formaction") || form.action, { method: "POST", body: new URLSearchParams(typed) });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector(".page")) throw new Error("not a page of ours: what stands before us, or the plain text of an error");
  } catch {
    say(document.body.dataset.offline);
    return;
  } finally {
    delete form.dataset.sent;
  }
  dirty.delete(form);
  const places = others.map((other) => placeOf(other, page));
  if (!places.every(Boolean) && !window.confirm(document.body.dataset.unsent)) {
    document.getElementById("main").prepend(...page.querySelectorAll(".flash"));
    others[0].scrollIntoView({ block: "center" });
    return;
  }
  // Saved at the revision that the page showed: so nobody else had changed it.
  const isOurs = answer.redirected && typed.has("revision");
  others.forEach((other, number) => putBack(other, places[number], isOurs));
  document.title = page.title;
  document.querySelector(".page").replaceWith(page.querySelector(".page"));
  if (answer.redirected) window.history.replaceState(null, "", answer.url);
  document.querySelector(".page [autofocus], .ds-error-summary")?.focus();
}

// Says something at the top of the page, as a page that is opened does.
function say(words) {
  document.querySelectorAll(".flash").forEach((said) => said.remove());
  const said = document.createElement("div");
  said.className = "ds-alert flash";
  said.setAttribute("role", "status");
  said.dataset.color = "warning";
  said.tabIndex = -1;
  said.textContent = words;
  document.getElementById("main").prepend(said);
  said.focus();
}

// The form of this page, or of another, that is sent to the same address; of several, that which stands at the same place.
function placeOf(form, page) {
  const same = (within) => [...within.forms].filter((one) => one.getAttribute("action") === form.getAttribute("action"));
  return same(page)[same(document).indexOf(form)];
}

function putBack(form, place, isOurs) {
  if (!place) return;
  // Our own change of the plan is none to be told of. After one by others the form keeps its revision, and is refused.
  const [older, newer] = [form, place].map((one) => one.elements.namedItem("revision"));
  if (isOurs && older && newer && Number(newer.value) === Number(older.value) + 1) older.value = newer.value;
  place.replaceWith(form);
  for (let part = form.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
}

// Who follows a link to what is still open arrives in the box where it is filled in. After saving, the message has the focus.
function enterTarget() {
  const target = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  if (!target || document.querySelector(".flash, .ds-error-summary")) return;
  const controls = "input:not([type='hidden']), select, textarea, button, summary";
  const first = target.matches(controls) ? target : target.querySelector(controls);
  for (let part = target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  first?.focus({ preventScroll: true });
}
window.addEventListener("hashchange", enterTarget);
window.addEventListener("load", enterTarget); // after the browser went to the place itself, which takes the focus away

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

// Says while somebody types which letters paper cannot print. The list of those is asked for with the first letter that is
// not ASCII: most people never need it.
const printing = new WeakMap();

async function sayUnprinted(field) {
  const { missing } = await import(document.body.dataset.printable);
  let said = document.getElementById(`${field.id}-paper`);
  const found = missing(field.value);
  if (!said) {
    if (!found.length) return;
    said = document.createElement("div");
    said.id = `${field.id}-paper`;
    said.setAttribute("role", "status");
    field.closest(".ds-field").append(said);
  }
  said.textContent = found.length ? `${document.body.dataset.unprinted} ${found.join(" ")}` : "";
}

document.addEventListener("input", ({ target: field }) => {
  if (!("printed" in field.dataset)) return;
  window.clearTimeout(printing.get(field));
  const isAscii = /^[\u0000-\u007f]*$/.test(field.value) && !document.getElementById(`${field.id}-paper`);
  if (!isAscii) printing.set(field, window.setTimeout(sayUnprinted, 500, field));
});

// A page that the browser kept for its Back button shows what was true then: private time may have begun since, or a link
// may have ended. So it is asked for anew, and hidden until it is here.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.documentElement.hidden = true;
  window.location.reload();
});

// Where questions stand one by one, Enter leads to the next box or question, not past all that were not asked yet.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
  const step = event.target.closest(".step"), on = step?.querySelector(".step__on a");
  if (!on?.getClientRects().length) return;
  const boxes = [...step.querySelectorAll("input, textarea, select")].filter((box) => box.getClientRects().length);
  event.preventDefault();
  const next = boxes[boxes.indexOf(event.target) + 1];
  if (next) next.focus(); else on.click();
});
