"use strict";
/* Rules explorer and 能否联系: arrows in the tree, copying the address, saying a changed verdict. */
(() => {
  const say = (text) => {
    const region = document.getElementById("say");
    if (region) {
      region.textContent = "";
      window.setTimeout(() => { region.textContent = text; }, 50);
    }
  };

  /* The tree: up and down along what is visible, right opens, left closes or goes to the parent. */
  const tree = document.querySelector("[data-tree]");
  const isShown = (one) => one.getClientRects().length > 0;
  if (tree) {
    tree.addEventListener("keydown", (event) => {
      const at = event.target.closest("summary, a");
      if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
      const stops = [...tree.querySelectorAll("summary, a")].filter(isShown);
      const n = stops.indexOf(at);
      const branch = at.matches("summary") ? at.parentElement : null;
      let next = null;
      if (event.key === "ArrowDown") next = stops[n + 1];
      else if (event.key === "ArrowUp") next = stops[n - 1];
      else if (event.key === "Home") next = stops[0];
      else if (event.key === "End") next = stops[stops.length - 1];
      else if (event.key === "ArrowRight" && branch) {
        if (branch.open) next = stops[n + 1];
        else branch.open = true;
      } else if (event.key === "ArrowLeft") {
        if (branch && branch.open) branch.open = false;
        else {
          const above = at.closest("ul");
          next = above && above.parentElement.querySelector("summary");
        }
      } else return;
      event.preventDefault();
      if (next) next.focus();
    });
    document.addEventListener("htmx:afterSwap", (event) => {
      if (event.detail.target.id !== "rule") return;
      tree.parentElement.classList.add("has-rule");
      const path = new URL(event.detail.pathInfo.requestPath, window.location.href).pathname;
      tree.querySelectorAll("a").forEach((link) => {
        if (new URL(link.href).pathname === path) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      });
    });
  }

  /* The address of what is shown, as a colleague can open it. */
  const copy = async (button) => {
    const address = new URL(button.dataset.address || window.location.href, window.location.href);
    try {
      await navigator.clipboard.writeText(address.href);
    } catch {
      const field = document.createElement("textarea");
      field.value = address.href;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
      button.focus();
    }
    const words = button.dataset.done;
    if (words) say(words);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-does=copy-link]");
    if (button) copy(button);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "y" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.isComposing || event.target.closest("input, textarea, select, dialog[open]")) return;
    if (document.body.dataset.keys === "off") return;
    const button = document.querySelector("[data-does=copy-link]");
    if (button) copy(button);
  });

  /* Only a verdict that changed is said; the focus stays in the form. */
  const held = () => document.getElementById("may-result");
  let verdict = held() ? held().dataset.verdict : undefined;
  document.addEventListener("htmx:afterSwap", () => {
    const result = held();
    if (!result || result.dataset.verdict === verdict) return;
    verdict = result.dataset.verdict;
    if (verdict) say(result.dataset.verdictWords);
  });
})();
