// Looks whether whoever waits can come in, while the page stays: a screen reader would begin a new one from its top.
// Without scripts the page is loaded anew every half minute.
"use strict";

async function look() {
  const waiting = document.getElementById("waiting");
  try {
    const answer = await fetch(window.location.href, { cache: "no-store" });
    if (answer.redirected || !answer.ok) {
      window.location.replace(answer.url);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("waiting");
    if (!now) {
      document.title = page.title;
      document.getElementById("main").replaceWith(page.getElementById("main"));
      document.getElementById("main").focus();
      return;
    }
    if (now.textContent !== waiting.textContent) waiting.replaceChildren(...now.childNodes);
  } catch {
    // No connection now: it looks again.
  }
  window.setTimeout(look, 5000);
}

window.setTimeout(look, 5000);
