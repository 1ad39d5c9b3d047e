"use strict";
/* The call panel: time counted between the server's answers; keys of the disposition only select. */
(() => {
  const begun = new WeakMap();
  const shown = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds));
    return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
  };
  const count = () => {
    const panel = document.getElementById("call-panel");
    if (!panel) return;
    if (!begun.has(panel)) begun.set(panel, Date.now());
    const now = Number(panel.dataset.now) + (Date.now() - begun.get(panel)) / 1000;
    panel.querySelectorAll("[data-counts-from]").forEach((place) => {
      const until = Number(place.dataset.countsUntil || now);
      place.textContent = shown(until - Number(place.dataset.countsFrom));
    });
    panel.querySelectorAll("[data-counts-to]").forEach((place) => {
      const left = Number(place.dataset.countsTo) - now;
      place.textContent = left < 300 ? shown(left) : "";
      if (left <= 0 && "thenLate" in place.dataset) {
        panel.querySelectorAll("[data-shown-in-time]").forEach((one) => { one.hidden = true; });
        panel.querySelectorAll("[data-shown-late]").forEach((one) => { one.hidden = false; });
      }
    });
  };
  window.setInterval(count, 1000);
  document.addEventListener("htmx:afterSwap", count);
  count();

  document.addEventListener("submit", (event) => {
    const words = event.target.dataset.checking;
    const button = words && event.target.querySelector("button");
    if (!button) return;
    button.textContent = words;
    button.setAttribute("aria-disabled", "true");
  });

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest("[data-disposition]");
    if (!form || event.isComposing) return;
    if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-saves]"));
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("textarea, [type=time]")) return;
    const choice = form.querySelector(`[data-choice="${CSS.escape(event.key)}"]`);
    if (choice) {
      event.preventDefault();
      choice.checked = true;
      choice.focus();
    }
  });
})();
