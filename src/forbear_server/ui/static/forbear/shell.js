"use strict";
/* Keyboard, live regions, focus after a swap, idle sign-out, theme, menus. No inline script anywhere. */
(() => {
  const page = document.documentElement;
  const say = (text, urgent) => {
    const region = document.getElementById(urgent ? "alert" : "say");
    if (region) {
      region.textContent = "";
      window.setTimeout(() => { region.textContent = text; }, 50);
    }
  };

  /* Chrome of forms and buttons. */
  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-does]");
    if (!target) return;
    const does = target.dataset.does;
    if (does === "show-password") {
      const field = document.getElementById(target.getAttribute("aria-controls"));
      const shown = field.type === "text";
      field.type = shown ? "password" : "text";
      target.setAttribute("aria-pressed", String(!shown));
    } else if (does === "print") {
      window.print();
    } else if (does === "open-dialog") {
      const dialog = document.getElementById(target.getAttribute("aria-controls"));
      if (dialog) dialog.showModal();
    } else if (does === "close-dialog") {
      target.closest("dialog").close();
    } else if (does === "theme") {
      const order = ["light", "dark"];
      const now = page.dataset.bsTheme
        || (window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
      const next = order[(order.indexOf(now) + 1) % order.length];
      page.dataset.bsTheme = next;
      document.cookie = `forbear_theme=${next}; path=/; max-age=31536000; samesite=lax`;
      document.dispatchEvent(new CustomEvent("forbear:theme"));
    }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent === "yes") {
      event.preventDefault();
      return;
    }
    if (form.method.toLowerCase() !== "post" || form.hasAttribute("hx-post")) return;
    form.dataset.sent = "yes";
    const button = event.submitter;
    if (button && button.dataset.busy) {
      window.setTimeout(() => {
        button.textContent = button.dataset.busy;
        button.disabled = true;
      }, 0);
    }
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  document.addEventListener("change", (event) => {
    const field = event.target.closest("[data-submits]");
    if (field) field.form.requestSubmit();
  });

  /* Menus close with Escape and with a click elsewhere. */
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  /* Keys: letters move, they never act. */
  const typing = (event) => event.isComposing || event.keyCode === 229
    || event.target.closest("input, textarea, select, [contenteditable], dialog[open]");
  const goes = { o: "/console/", w: "/console/worklist/", r: "/console/rules/", e: "/console/evidence/", i: "/console/imports/", n: "/console/runs/" };
  let waitsForGoal = false;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open]").forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
    if (document.body.dataset.keys === "off") return;
    if (waitsForGoal) {
      waitsForGoal = false;
      const link = document.querySelector(`.side-bar a[href="${goes[event.key]}"]`);
      if (link) {
        event.preventDefault();
        link.click();
      }
      return;
    }
    if (event.key === "g") {
      waitsForGoal = true;
      window.setTimeout(() => { waitsForGoal = false; }, 1500);
    } else if (event.key === "?") {
      const dialog = document.getElementById("keys-dialog");
      if (dialog) dialog.showModal();
    } else if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    } else if (event.key === "j" || event.key === "k") {
      const rows = [...document.querySelectorAll("[data-row]")];
      if (!rows.length) return;
      const at = rows.indexOf(document.activeElement);
      const next = event.key === "j" ? Math.min(rows.length - 1, at + 1) : Math.max(0, at - 1);
      rows[next].focus();
    } else if (event.key === "Enter" && document.activeElement.matches("[data-row]")) {
      const link = document.activeElement.querySelector("[data-opens]");
      if (link) link.click();
    } else if (event.key === "[" || event.key === "]") {
      const link = document.querySelector(event.key === "[" ? "[data-previous]" : "[data-next]");
      if (link) link.focus();
    }
  });

  /* htmx: busy regions, focus, announcements, no polling behind a hidden tab. */
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.dataset.polls !== undefined && document.hidden) event.preventDefault();
    event.detail.target.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    event.detail.target.removeAttribute("aria-busy");
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const region = event.detail.target.id ? document.getElementById(event.detail.target.id) : null;
    if (!region) return;
    if (region.dataset.says) say(region.dataset.says, region.dataset.urgent === "yes");
    const first = region.querySelector("[data-focus]");
    if (first) first.focus();
  });
  const openServerDialog = () => {
    const dialog = document.querySelector("#dialog-host dialog:not([open])");
    if (dialog) dialog.showModal();
  };
  document.addEventListener("htmx:afterSettle", openServerDialog);

  /* Offline. */
  const offline = document.getElementById("offline");
  const connection = () => {
    if (!offline) return;
    offline.hidden = navigator.onLine;
    document.querySelectorAll("form[method=post] button").forEach((button) => {
      if (!navigator.onLine) {
        button.dataset.wasOn = button.disabled ? "no" : "yes";
        button.disabled = true;
      } else if (button.dataset.wasOn === "yes") {
        button.disabled = false;
        delete button.dataset.wasOn;
      }
    });
  };
  window.addEventListener("online", connection);
  window.addEventListener("offline", connection);

  /* Idle: a dialog two minutes before the server signs out. */
  const idle = document.getElementById("idle-dialog");
  if (idle) {
    const limit = Number(idle.dataset.seconds) * 1000;
    const warning = Math.max(1000, limit - Number(idle.dataset.warning) * 1000);
    let last = Date.now();
    let asked = false;
    const touch = () => { if (!idle.open) last = Date.now(); };
    ["keydown", "pointerdown"].forEach((name) => document.addEventListener(name, touch));
    const keep = async () => {
      const form = idle.querySelector("form[data-keep]");
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
      if (!answer.ok) window.location.reload();
      last = Date.now();
      asked = false;
    };
    idle.addEventListener("submit", (event) => {
      if (!event.target.matches("[data-keep]")) return;
      event.preventDefault();
      delete event.target.dataset.sent;
      idle.close();
      keep();
    });
    let told = Date.now();
    window.setInterval(() => {
      const still = Date.now() - last;
      if (still > limit) window.location.reload();
      else if (still > warning && !asked) {
        asked = true;
        idle.showModal();
      } else if (still < 60000 && Date.now() - told > 300000) {
        told = Date.now();
        keep();
      }
    }, 1000);
  }

  /* Invalid page: focus goes to the summary. */
  const summary = document.querySelector("[data-summary]");
  if (summary) summary.focus();
})();
