// Looks whether what somebody waits for is there, while the page stays: a screen reader would begin a new one from its
// top. `data-pause`: milliseconds until the first look; each pause is longer than the one before, up to five seconds.
// Without scripts the page is loaded anew every half minute.
"use strict";

const LONGEST = 5000;
let pause = Number(document.getElementById("waiting").dataset.pause || LONGEST);

function later() {
  window.setTimeout(look, pause);
  pause = Math.min(1.3 * pause, LONGEST);
}

async function look() {
  try {
    // A redirect is left to the browser, for what it leads to may be a document.
    const answer = await fetch(window.location.href, { cache: "no-store", redirect: "manual" });
    if (!answer.ok) {
      const ready = document.getElementById("ready");
      if (ready && answer.type === "opaqueredirect") {
        // Some browsers save a paper instead of showing it: then this page stays.
        const main = document.getElementById("main");
        main.replaceChildren(main.querySelector("h1"), ...ready.children);
        main.focus();
      }
      window.location.replace(window.location.href);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("waiting")) {
      document.title = page.title;
      document.getElementById("main").replaceWith(page.getElementById("main"));
      document.getElementById("main").focus();
      return;
    }
    for (const id of ["waiting", "progress"]) {
      const before = document.getElementById(id);
      const now = page.getElementById(id);
      if (before && now.textContent !== before.textContent) before.replaceChildren(...now.childNodes);
    }
  } catch {
    // No connection now: it looks again.
  }
  later();
}

later();
