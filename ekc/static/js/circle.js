// Adding people to the circle: while the relation is typed, the role that it suggests is chosen, for all to see before it is
// sent. A role that somebody chose themselves stays. Without this the server suggests it, and asks.
"use strict";

for (const part of document.querySelectorAll("[data-guesses]")) {
  const guesses = JSON.parse(part.dataset.guesses).map(([value, words]) => [value, new RegExp(words, "i")]);
  const relation = part.form.elements.namedItem("relation");
  let guessed = "";
  relation.addEventListener("input", () => {
    if (part.value !== guessed) return;
    const own = relation.value.split(new RegExp(part.dataset.ofWhom))[0];
    guessed = guesses.find(([, words]) => words.test(own))?.[0] ?? "";
    part.value = guessed;
  });
}
