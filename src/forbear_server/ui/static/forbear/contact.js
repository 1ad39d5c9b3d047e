"use strict";
/* The workbench: time until the next permitted moment counted down from a server time; keys that move focus. */
(() => {
  const begun = Date.now();
  const count = () => {
    const panel = document.getElementById("may-contact");
    if (!panel || !panel.dataset.now) return;
    const now = Number(panel.dataset.now) + (Date.now() - Number(panel.dataset.begun || begun)) / 1000;
    panel.querySelectorAll("[data-counts-to]").forEach((line) => {
      const left = Number(line.dataset.countsTo) - now;
      if (left > 0) return;
      if (line.dataset.asked === "yes") return;
      line.dataset.asked = "yes";
      panel.dispatchEvent(new CustomEvent("forbear:again", { bubbles: true }));
    });
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "may-contact") {
      const panel = document.getElementById("may-contact");
      if (panel) panel.dataset.begun = String(Date.now());
    }
  });
  window.setInterval(count, 1000);

  const typing = (event) => event.isComposing || event.target.closest("input, textarea, select, dialog[open]");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
    if (document.body.dataset.keys === "off") return;
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (target) {
      event.preventDefault();
      target.focus();
    }
  });
})();
