// Begins with the middle of the ecomap, where it is wider than the screen. Moves somebody on it without a new page: the
// list and the picture change, and the reader stays where they are.
// Without scripts the button sends its form, and the page comes back at that person.
"use strict";

const shown = document.querySelector("[data-ecomap]");

function centre() {
  const figure = shown.querySelector(".ecomap-figure");
  figure.scrollLeft = (figure.scrollWidth - figure.clientWidth) / 2;
}

async function move(event) {
  event.preventDefault();
  const body = new URLSearchParams(new FormData(event.target, event.submitter));
  const person = event.target.closest("[id]").id;
  try {
    const answer = await fetch(event.target.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("[data-ecomap]");
    if (!answer.ok || !now) throw new Error("not moved");
    const top = window.scrollY;
    const left = shown.querySelector(".ecomap-figure").scrollLeft;
    shown.replaceChildren(...now.childNodes);
    shown.querySelector(".ecomap-figure").scrollLeft = left;
    window.scrollTo(0, top);
    document.querySelector("[data-placed]").textContent = page.querySelector(".flash")?.textContent ?? "";
    document.getElementById(person)?.querySelector("button")?.focus({ preventScroll: true });
  } catch {
    location.reload();
  }
}

centre();
shown.addEventListener("submit", move);
