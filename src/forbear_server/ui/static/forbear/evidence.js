"use strict";
/* Evidence: v, r and d move the focus to 校验, 重放 and 下载; copying the verifier key. */
(() => {
  const say = (text) => {
    const region = document.getElementById("say");
    if (region && text) {
      region.textContent = "";
      window.setTimeout(() => { region.textContent = text; }, 50);
    }
  };
  const places = { v: "[data-key-v]", r: "[data-key-r]", d: "[data-key-d]" };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!places[event.key] || document.body.dataset.keys === "off") return;
    if (event.target.closest("input, textarea, select, dialog[open]")) return;
    const place = document.querySelector(places[event.key]);
    if (!place) return;
    event.preventDefault();
    place.focus();
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-does=copy-text]");
    if (!button) return;
    const text = document.getElementById(button.dataset.from).textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const field = document.createElement("textarea");
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
      button.focus();
    }
    say(button.dataset.done);
  });
})();
