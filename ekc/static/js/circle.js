// Adding people to the circle: while the relation is typed, or before that the name, the role that it suggests is chosen,
// for all to see before it is sent. A role that somebody chose themselves stays. Without this the server suggests it, and
// asks.
"use strict";

for (const part of document.querySelectorAll("[data-guesses]")) {
  const guesses = JSON.parse(part.dataset.guesses).map(([value, words]) => [value, new RegExp(words, "i")]);
  const [name, relation] = ["name", "relation"].map((one) => part.form.elements.namedItem(one));
  let guessed = "";
  const guess = () => {
    if (part.value !== guessed) return;
    const [first] = name.value.trim().split(/\s+/);
    const said = relation.value.trim() ? relation.value : first.toLowerCase() === "jim" ? "" : first;
    const own = said.split(new RegExp(part.dataset.ofWhom))[0];
    guessed = guesses.find(([, words]) => words.test(own))?.[0] ?? "";
    part.value = guessed;
  };
  name.addEventListener("input", guess);
  relation.addEventListener("input", guess);
}
