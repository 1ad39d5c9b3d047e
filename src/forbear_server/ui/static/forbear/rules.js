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

  /* The tree: up and down along what is visible, right opens, left closes or goes to the parent.
     Listeners sit on the document: going back in the history brings another tree. */
  const isShown = (one) => one.getClientRects().length > 0;
  const stopBeside = (tree, at, key) => {
    const stops = [...tree.querySelectorAll("summary, a")].filter(isShown);
    const n = stops.indexOf(at);
    const branch = at.matches("summary") ? at.parentElement : null;
    if (key === "ArrowDown") return stops[n + 1];
    if (key === "ArrowUp") return stops[n - 1];
    if (key === "Home") return stops[0];
    if (key === "End") return stops[stops.length - 1];
    if (key === "ArrowRight") {
      if (branch && branch.open) return stops[n + 1];
      if (branch) branch.open = true;
      return at;
    }
    if (branch && branch.open) {
      branch.open = false;
      return at;
    }
    const above = at.closest("ul");
    return above ? above.parentElement.querySelector("summary") : at;
  };
  const treeKeys = ["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End"];
  document.addEventListener("keydown", (event) => {
    const at = event.target.closest("[data-tree] summary, [data-tree] a");
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!treeKeys.includes(event.key)) return;
    event.preventDefault();
    const next = stopBeside(at.closest("[data-tree]"), at, event.key);
    if (next) next.focus();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const tree = document.querySelector("[data-tree]");
    if (!tree || event.detail.target.id !== "rule") return;
    tree.parentElement.classList.add("has-rule");
    const path = new URL(event.detail.pathInfo.requestPath, window.location.href).pathname;
    tree.querySelectorAll("a").forEach((link) => {
      if (new URL(link.href).pathname === path) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
  });
  const current = document.querySelector("[data-tree] [aria-current=page]");
  if (current) {
    const tree = current.closest("[data-tree]");
    tree.scrollTop = Math.max(0, current.offsetTop - tree.offsetTop - tree.clientHeight / 3);
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
