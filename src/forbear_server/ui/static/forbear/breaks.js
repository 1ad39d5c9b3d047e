"use strict";
/* The time a break still lasts, counted down from a server time. */
(() => {
  const begun = Date.now();
  const count = () => {
    const bar = document.querySelector("[data-testid=break]");
    if (!bar) return;
    const now = Number(bar.dataset.now) + (Date.now() - begun) / 1000;
    const place = bar.querySelector("[data-break-to]");
    const left = Math.max(0, Math.ceil(Number(place.dataset.breakTo) - now));
    place.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    bar.querySelector("[data-break-left]").hidden = left === 0;
    bar.querySelector("[data-break-over]").hidden = left > 0;
  };
  window.setInterval(count, 1000);
  count();
})();
