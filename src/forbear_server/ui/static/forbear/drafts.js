"use strict";
/* Drafts of the workbench: what is typed is kept on the desk every 5 seconds while it changes, and at
   once when a tab is changed. The page works without; then nothing is kept. */
(() => {
  const EVERY = 5000;
  const waits = new Map();
  const formOf = (element) => element.closest && element.closest("form[data-keeps]");
  const tell = (form, says, isKept) => {
    const line = form.querySelector("[data-draft-line]");
    if (!line) return;
    line.querySelector("[data-draft-says]").textContent = says;
    line.querySelector("button").hidden = !isKept;
    line.hidden = says === "";
  };
  const keep = async (form) => {
    const waiting = waits.get(form);
    if (waiting) window.clearTimeout(waiting.timer);
    const leaves = new AbortController();
    waits.set(form, { leaves });
    const asked = fetch(form.dataset.keeps, { method: "POST", body: new FormData(form), signal: leaves.signal });
    const answer = await asked.catch(() => null);
    if (leaves.signal.aborted || !form.isConnected) return;
    const isText = answer && (answer.headers.get("Content-Type") || "").startsWith("text/plain");
    if (answer && answer.status === 204) tell(form, "", false);
    else if (answer && answer.ok && isText) tell(form, await answer.text(), true);
    else tell(form, form.dataset.notKept, false);
  };
  const cancel = (form) => {
    const waiting = waits.get(form);
    if (!waiting) return;
    window.clearTimeout(waiting.timer);
    if (waiting.leaves) waiting.leaves.abort();
    waits.delete(form);
  };
  const later = (form) => waits.set(form, { timer: window.setTimeout(() => keep(form), EVERY) });
  const isWaiting = (form) => Boolean(waits.get(form) && waits.get(form).timer);
  const changed = (event) => {
    const form = formOf(event.target);
    const field = event.target;
    if (!form || !field.matches("textarea, [name=subject], select[name=template]")) return;
    /* Words carried over from another tab are kept there, until they are changed here. */
    if (field.value === field.dataset.carried || isWaiting(form)) return;
    later(form);
  };
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  /* Sent or discarded: a save that is under way must not come after it. */
  document.addEventListener("submit", (event) => cancel(event.target));
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.detail.elt.matches("[data-composes]")) return;
    const form = document.getElementById("composer");
    if (form && isWaiting(form)) keep(form);
  });
  /* The composer of the same tab, drawn anew: what was to be kept of the old one is kept of it. */
  document.addEventListener("htmx:afterSwap", (event) => {
    const form = event.detail.target.id === "composer-region" && document.getElementById("composer");
    if (!form || !form.dataset.keeps) return;
    const old = [...waits.keys()].filter((one) => !one.isConnected && isWaiting(one));
    old.forEach(cancel);
    const isSame = old.some((one) => one.dataset.keeps === form.dataset.keeps);
    if (isSame || form.querySelector("textarea[data-focus]")) later(form);
  });
})();
