// Two minutes before the sign-in ends because nobody does anything, asks whether somebody is still there. Any key or touch
// keeps it, and typing counts as use. On a device that others use too the page then goes away: by a header, so also
// without scripts; elsewhere it stays, and whoever saves it signs in first.
"use strict";

{ // other scripts of the page have names of their own
  const QUESTION = document.getElementById("leaving");
  const NOTICE = 120; // seconds
  const timers = [];
  let used = false;
  let last = false; // it ends now, whatever somebody does
  let endsAt = 0;

  function end() {
    if (QUESTION.dataset.leave) window.location.replace(QUESTION.dataset.leave);
    else QUESTION.close();
  }

  function endAfter(seconds) {
    timers.splice(0).forEach(window.clearTimeout);
    used = false;
    endsAt = Date.now() + seconds * 1000;
    timers.push(window.setTimeout(end, seconds * 1000));
    if (seconds > NOTICE) timers.push(window.setTimeout(ask, (seconds - NOTICE) * 1000));
  }

  function ask() {
    if (used) stay();
    else QUESTION.showModal();
  }

  async function stay() {
    QUESTION.close();
    if (last) return;
    const { seconds } = await (await fetch(QUESTION.dataset.stay, { cache: "no-store" })).json();
    if (seconds <= 0) return end();
    endAfter(seconds);
    if (seconds > NOTICE) return;
    last = true;
    document.getElementById("leaving-text").textContent = QUESTION.dataset.last;
    QUESTION.showModal();
  }

  function use() {
    if (QUESTION.open) stay();
    else used = true;
  }

  window.addEventListener("load", () => {
    if (QUESTION.dataset.leave) window.stop(); // the timer of the header, which cannot be set anew
    endAfter(Number(QUESTION.dataset.seconds));
  });
  ["keydown", "pointerdown", "input"].forEach((kind) => document.addEventListener(kind, use));
  // A device that slept may wake after the end.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && endsAt && Date.now() >= endsAt) end();
  });
}
