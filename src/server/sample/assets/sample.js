// Keeps the page in step with the sample store. Without it the page says the same; reloading it does what this does.
(() => {
  "use strict";
  const EVERY = 1_000; // A second is twelve minutes in the sample store.
  const ANNOUNCE_EVERY = 20_000; // More often, a screen reader would speak of nothing else.

  const pause = document.getElementById("pause");
  const lost = document.getElementById("lost");
  const news = document.getElementById("news");
  // Until the reader chooses another mail, the one that the page came with stays open.
  let chosen = document.getElementById("reader")?.dataset.key;
  let tag;
  let timer;
  let asking;
  let announcedAt = 0;

  const paused = () => pause.getAttribute("aria-pressed") === "true";

  const renew = async () => {
    clearTimeout(timer);
    asking?.abort();
    const mine = (asking = new AbortController());
    try {
      const answer = await fetch(`/sample/board${chosen ? `?mail=${chosen}` : ""}`, { headers: tag ? { "if-none-match": tag } : {}, cache: "no-store", signal: mine.signal });
      if (!answer.ok && answer.status !== 304) throw new Error(answer.statusText);
      if (answer.status === 200) {
        const html = await answer.text();
        if (mine !== asking) return;
        tag = answer.headers.get("etag");
        show(new DOMParser().parseFromString(html, "text/html"));
      }
      lost.hidden = true;
    } catch (error) {
      if (error.name === "AbortError") return;
      lost.hidden = false;
    }
    if (!paused() && !document.hidden) timer = setTimeout(renew, EVERY);
  };

  const show = (fresh) => {
    const before = newestMail();
    for (const part of fresh.querySelectorAll("[data-live]")) {
      const old = document.getElementById(part.id);
      if (old) morph(old, part);
    }
    chosen ??= document.getElementById("reader")?.dataset.key;
    const after = newestMail();
    if (after && after.key !== before?.key && Date.now() - announcedAt > ANNOUNCE_EVERY) {
      news.textContent = `New mail: ${after.text}`;
      announcedAt = Date.now();
    }
  };

  const newestMail = () => {
    const item = document.querySelector(".mail-list li");
    return item && { key: item.dataset.key, text: `${item.querySelector(".who").textContent.trim()}, ${item.querySelector(".subject").textContent}` };
  };

  // Changes only what differs, so that focus, selection, scroll positions and the open mail stay as they are.
  const morph = (old, fresh) => {
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    const byKey = new Map([...old.children].flatMap((child) => (child.dataset.key ? [[child.dataset.key, child]] : [])));
    let at = old.firstChild;
    for (const next of [...fresh.childNodes]) {
      const keyed = next.nodeType === Node.ELEMENT_NODE && next.dataset.key ? byKey.get(next.dataset.key) : undefined;
      const same = keyed ?? (at && alike(at, next) ? at : undefined);
      if (!same) {
        old.insertBefore(document.importNode(next, true), at);
        continue;
      }
      if (same === at) at = at.nextSibling;
      else old.insertBefore(same, at);
      if (same.nodeType === Node.ELEMENT_NODE) morph(same, next);
      else if (same.nodeValue !== next.nodeValue) same.nodeValue = next.nodeValue;
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  };

  // One with a key of its own is only ever that one.
  const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && !a.dataset?.key && !b.dataset?.key;

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".mail-list a");
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    history.replaceState(undefined, "", link.href);
    chosen = new URL(link.href).searchParams.get("mail");
    void renew().then(() => document.getElementById("reader")?.focus());
  });

  pause.addEventListener("click", () => {
    const now = !paused();
    pause.setAttribute("aria-pressed", String(now));
    pause.textContent = now ? "Carry on" : "Pause";
    if (now) clearTimeout(timer);
    else void renew();
  });
  pause.hidden = false;

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : paused() || void renew()));
  void renew();
})();
