"use strict";
/* The template desk: Ctrl+S keeps the draft. */
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
  const editor = document.querySelector("form[data-saves]");
  if (editor === null) return;
  event.preventDefault();
  editor.requestSubmit();
});
