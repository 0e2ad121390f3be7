// On a device that others use too, a page goes away when its sign-in times out: by a header, so also without scripts.
// Two minutes before, this asks whether somebody is still there. Any key or touch keeps the page and what was typed.
"use strict";

const QUESTION = document.getElementById("leaving");
const NOTICE = 120; // seconds
const timers = [];

function leave() {
  window.location.replace(QUESTION.dataset.leave);
}

function leaveAfter(seconds) {
  timers.splice(0).forEach(window.clearTimeout);
  timers.push(window.setTimeout(leave, seconds * 1000));
  // Less than that is left at the end of two hours, which no key makes longer.
  if (seconds > NOTICE) timers.push(window.setTimeout(() => QUESTION.showModal(), (seconds - NOTICE) * 1000));
}

async function stay() {
  if (!QUESTION.open) return;
  QUESTION.close();
  const answer = await fetch(QUESTION.dataset.stay, { cache: "no-store" });
  const seconds = parseInt(answer.headers.get("Refresh"), 10);
  if (seconds > 0) leaveAfter(seconds);
  else leave();
}

window.addEventListener("load", () => {
  window.stop(); // the timer of the header, which cannot be set anew
  leaveAfter(Number(QUESTION.dataset.seconds));
});
document.addEventListener("keydown", stay);
document.addEventListener("pointerdown", stay);
