"use strict";
/* Score card: [ and ] move between the sections of the page. */
(() => {
  const sections = () => [...document.querySelectorAll("[data-section]")];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "[" && event.key !== "]") return;
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
    const all = sections();
    const here = all.findIndex((one) => one === document.activeElement || one.contains(document.activeElement));
    const step = event.key === "[" ? -1 : 1;
    const next = all[Math.min(all.length - 1, Math.max(0, here + step))];
    if (!next) return;
    next.focus({ preventScroll: true });
    next.scrollIntoView();
  });
})();
