"use strict";
/* The workbench: waits counted down from a server time, numbers that hide again, a draft that stays
   when the tab changes, keys that move focus. The page is whole without any of it. */
(() => {
  const begun = Date.now();
  const IN_HOURS = 120;
  const IN_SECONDS = 300;
  const waiting = (panel, left) => {
    const words = panel.dataset;
    if (left < IN_SECONDS) return words.inSeconds.replace("{n}", String(Math.max(0, Math.floor(left))));
    const minutes = Math.ceil(left / 60);
    if (minutes < IN_HOURS) return words.inMinutes.replace("{n}", String(minutes));
    return words.inHours.replace("{h}", String(Math.floor(minutes / 60))).replace("{m}", String(minutes % 60));
  };
  const count = () => {
    const panel = document.getElementById("may-contact");
    if (!panel || !panel.dataset.now || !navigator.onLine) return;
    const now = Number(panel.dataset.now) + (Date.now() - Number(panel.dataset.begun || begun)) / 1000;
    panel.querySelectorAll("[data-counts-to]").forEach((line) => {
      const left = Number(line.dataset.countsTo) - now;
      const told = waiting(panel, left);
      if (line.textContent !== told) line.textContent = told;
      if (left > 0 || line.dataset.asked === "yes") return;
      line.dataset.asked = "yes";
      panel.dispatchEvent(new CustomEvent("forbear:again", { bubbles: true }));
    });
  };
  window.setInterval(count, 1000);

  /* Only a verdict that changed is announced, never a countdown. */
  const verdicts = () => new Map([...document.querySelectorAll("#may-contact [data-channel]")]
    .map((row) => [row.dataset.channel, row]));
  let known = new Map([...verdicts()].map(([channel, row]) => [channel, row.dataset.verdict]));
  const announce = () => {
    const found = verdicts();
    const told = [...found].filter(([channel, row]) => known.get(channel) !== row.dataset.verdict)
      .map(([, row]) => row.dataset.words);
    known = new Map([...found].map(([channel, row]) => [channel, row.dataset.verdict]));
    const say = document.getElementById("say");
    if (told.length && say) say.textContent = told.join(" · ");
  };

  /* A number shown whole hides after its time, and at once when the page is left. */
  const mask = (line) => {
    const masked = line.querySelector("template");
    if (!masked) return;
    line.querySelectorAll("dd").forEach((part) => part.remove());
    masked.replaceWith(masked.content);
    delete line.dataset.hidesAfter;
    if (window.htmx) window.htmx.process(line);
  };
  const hideInTime = () => {
    document.querySelectorAll("[data-hides-after]").forEach((line) => {
      if (line.dataset.waits === "yes") return;
      line.dataset.waits = "yes";
      window.setTimeout(() => mask(line), Number(line.dataset.hidesAfter) * 1000);
    });
  };
  hideInTime();
  window.addEventListener("pagehide", () => {
    document.querySelectorAll("[data-hides-after]").forEach(mask);
  });

  /* What was typed stays when the tab of the composer changes; a note never becomes a message. */
  const drafts = { note: "", message: "" };
  const draftKind = (text) => (text.form.elements.channel.value === "note" ? "note" : "message");
  document.addEventListener("htmx:beforeRequest", (event) => {
    const text = document.getElementById("compose-text");
    if (event.detail.elt.matches("[data-composes]") && text) drafts[draftKind(text)] = text.value;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const region = event.detail.target.id;
    if (region === "may-contact") {
      const panel = document.getElementById("may-contact");
      if (panel) panel.dataset.begun = String(Date.now());
      announce();
    } else if (region === "phone-line") {
      hideInTime();
    } else if (region === "composer-region") {
      const text = document.getElementById("compose-text");
      const draft = text ? drafts[draftKind(text)] : "";
      if (draft && !text.value) {
        text.value = draft;
        text.dataset.carried = draft;
        text.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
  });

  /* A recording is fetched for the purpose that was chosen and played in its place; it stays in memory. */
  const sounds = new Set();
  const play = async (form) => {
    const button = form.querySelector("button");
    button.disabled = true;
    const asked = fetch(form.action, { method: "POST", body: new FormData(form) });
    const answer = await asked.catch(() => null);
    button.disabled = false;
    const isSound = answer && answer.ok && (answer.headers.get("Content-Type") || "").startsWith("audio/");
    if (isSound) {
      const sound = URL.createObjectURL(await answer.blob());
      sounds.add(sound);
      const player = document.createElement("audio");
      player.controls = true;
      player.src = sound;
      player.setAttribute("aria-label", button.textContent.trim());
      form.replaceWith(player);
      player.focus();
      player.play().catch(() => {});
    } else if (!form.nextElementSibling || !form.nextElementSibling.matches(".problem")) {
      const told = document.createElement("p");
      told.className = "problem";
      told.setAttribute("role", "alert");
      told.textContent = form.dataset.failed || (answer ? String(answer.status) : "");
      form.after(told);
    }
  };
  document.addEventListener("submit", (event) => {
    if (!event.target.action.endsWith("/recording/")) return;
    event.preventDefault();
    delete event.target.dataset.sent;
    play(event.target);
  });
  window.addEventListener("pagehide", () => sounds.forEach((sound) => URL.revokeObjectURL(sound)));

  const typing = (event) => event.isComposing || event.target.closest("input, textarea, select, dialog[open]");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey && event.target.closest("#composer textarea")) {
      event.preventDefault();
      const form = event.target.form;
      const button = form.querySelector(".btn-primary");
      form.requestSubmit(button);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
    if (document.body.dataset.keys === "off") return;
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (target) {
      event.preventDefault();
      target.focus();
    }
  });
})();
