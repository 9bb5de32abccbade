// What the pages do in the browser: clicks and keys become events for the server; the drawer, focus and tracing stay here.
(() => {
  const send = (name, args) => window.emitEvent && window.emitEvent(name, args);
  const drawer = () => document.querySelector(".drawer");
  let before = null;

  document.addEventListener("click", (event) => {
    const it = event.target.closest("[data-p],[data-f],[data-act],[data-trace]");
    if (!it) return;
    if (it.dataset.trace !== undefined) { jm.trace(it); return; }
    if (it.dataset.act === "close") { jm.close(); return; }
    event.preventDefault();
    event.stopPropagation();
    if (it.dataset.p !== undefined) { before = it; send("jm-evidence", { passage: it.dataset.p, quote: it.dataset.q || "" }); }
    else if (it.dataset.f !== undefined) { before = it; send("jm-figures", { key: it.dataset.f }); }
    else jm.act(it, it.dataset.act);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drawer()?.classList.contains("open")) { jm.close(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input,textarea,select,[contenteditable],.ag-root,.q-dialog")) return;
    const items = [...document.querySelectorAll(".item[data-item]")].filter((one) => one.offsetParent);
    const here = document.activeElement?.closest?.(".item[data-item]");
    const act = { a: "approve", e: "edit", r: "reject", q: "ask_again", c: "comment", l: "lock" }[event.key.toLowerCase()];
    if (event.key === "j" || event.key === "k") {
      if (!items.length) return;
      const at = items.indexOf(here);
      const next = at < 0 ? 0 : Math.min(items.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)));
      items[next].focus();
      items[next].scrollIntoView({ block: "nearest" });
      event.preventDefault();
    } else if (act && here) { event.preventDefault(); jm.act(here, act); }
  });

  // the content is put in after the page has loaded, so the place in the address is gone to here
  const arrive = (left) => {
    document.querySelector(".rail [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
    const at = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (at) { at.scrollIntoView({ block: "center" }); at.focus({ preventScroll: true }); } else if (left && (location.hash || !document.querySelector(".rail"))) setTimeout(() => arrive(left - 1), 150);
  };
  window.addEventListener("load", () => setTimeout(() => arrive(20), 100));

  // times are stored in UTC and read in the reader's own zone
  const two = (number) => String(number).padStart(2, "0");
  const local = (it) => {
    const at = new Date(it.dateTime);
    if (it.title || Number.isNaN(at.getTime())) return;
    it.title = it.textContent;
    it.textContent = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
  };
  const inside = (node) => { if (node instanceof Element) [...(node.matches("time") ? [node] : []), ...node.querySelectorAll("time")].forEach(local); };
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(inside))).observe(document.documentElement, { childList: true, subtree: true });
  inside(document.documentElement);

  window.jm = {
    act(it, act) {
      const item = it.closest("[data-item]");
      send("jm-act", { act, step: (it.dataset.step || item?.dataset.step) ?? "", item: item?.dataset.item ?? "", hash: (it.dataset.hash || item?.dataset.hash) ?? "", value: it.dataset.value ?? "" });
    },
    open() {
      const box = drawer();
      box.classList.add("open");
      requestAnimationFrame(() => { box.querySelector("mark,.cited")?.scrollIntoView({ block: "center" }); box.querySelector(".close")?.focus({ preventScroll: true }); });
    },
    close() { drawer()?.classList.remove("open"); before?.focus?.(); },
    focus(item) { requestAnimationFrame(() => document.querySelector(`.item[data-item="${CSS.escape(item)}"]`)?.focus({ preventScroll: true })); },
    trace(it) {
      const on = it.classList.contains("lit") && it.dataset.chosen;
      const chips = document.querySelectorAll("[data-trace]");
      chips.forEach((chip) => { chip.classList.remove("lit", "dim"); delete chip.dataset.chosen; });
      if (on) return;
      const linked = new Set([it.dataset.trace, ...(it.dataset.links || "").split(" ")]);
      chips.forEach((chip) => chip.classList.add(linked.has(chip.dataset.trace) ? "lit" : "dim"));
      it.dataset.chosen = "1";
    },
  };
})();
