// Keeps the page in step with the order. Without it the page says the same; reloading it does what this does.
(() => {
  "use strict";
  const news = document.getElementById("news");
  const main = () => document.querySelector("main[data-version]");
  if (!news || !main() || !("EventSource" in window)) return;

  let stream;
  let fetching = false;

  const listen = () => {
    if (stream || document.hidden) return;
    stream = new EventSource(`${location.pathname}/live${location.search}`);
    stream.addEventListener("version", (event) => {
      if (event.data !== main().dataset.version) void renew();
    });
    // The server says that this page is over: its last words stay.
    stream.addEventListener("end", stop);
  };

  const stop = () => {
    if (stream) stream.close();
    stream = undefined;
  };

  const renew = async () => {
    if (fetching) return;
    fetching = true;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main[data-version]");
      if (fresh && fresh.dataset.version !== main().dataset.version) show(fresh);
    } catch {
      // The next version that the stream names asks again.
    } finally {
      fetching = false;
    }
  };

  const show = (fresh) => {
    const old = main();
    for (const details of old.querySelectorAll("details")) {
      const anchor = details.querySelector("[id]");
      const same = anchor && fresh.querySelector(`#${CSS.escape(anchor.id)}`);
      if (same) same.closest("details").open = details.open;
    }
    const focus = place(old, document.activeElement);
    old.replaceWith(document.adoptNode(fresh));
    if (focus) find(fresh, focus)?.focus({ preventScroll: true });
    news.textContent = fresh.dataset.news;
  };

  // Where the focus is, so that it can be found again in the new content: by address, or by the summary's words.
  const place = (region, element) => {
    if (!element || !region.contains(element)) return undefined;
    if (element === region) return { itself: true };
    return { tag: element.tagName, href: element.getAttribute("href"), text: element.textContent };
  };

  const find = (region, { itself, tag, href, text }) => {
    if (itself) return region;
    const alike = [...region.querySelectorAll(tag)];
    return alike.find((each) => each.getAttribute("href") === href && each.textContent === text) ?? alike.find((each) => href && each.getAttribute("href") === href) ?? region;
  };

  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", listen);
  listen();
})();
