// Keeps the page in step with the sample store. Without it the page says the same; reloading it does what this does.
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
let hasJustSpoken = false;

const isPaused = () => pause.getAttribute("aria-pressed") === "true";

async function renew() {
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
  if (!isPaused() && !document.hidden) timer = setTimeout(renew, EVERY);
}

function show(fresh) {
  const before = newestMail();
  for (const part of fresh.querySelectorAll("[data-live]")) {
    const old = document.getElementById(part.id);
    if (old) morph(old, part);
  }
  chosen ??= document.getElementById("reader")?.dataset.key;
  const after = newestMail();
  if (after && after.key !== before?.key) announce(`New mail: ${after.text}`);
}

function newestMail() {
  const item = document.querySelector(".mail-list li");
  return item && { key: item.dataset.key, text: `${item.querySelector(".who").textContent.trim()}, ${item.querySelector(".subject").textContent}` };
}

function announce(text) {
  if (hasJustSpoken) return;
  news.textContent = text;
  hasJustSpoken = true;
  setTimeout(() => (hasJustSpoken = false), ANNOUNCE_EVERY);
}

// Changes only what differs, so that focus, selection, scroll positions and the open mail stay as they are.
function morph(old, fresh) {
  morphAttributes(old, fresh);
  const byKey = new Map(Array.from(old.children, (child) => [child.dataset.key, child]));
  let at = old.firstChild;
  for (const next of fresh.childNodes) {
    const keyed = next.dataset?.key && byKey.get(next.dataset.key);
    const same = keyed || (at && isAlike(at, next) ? at : undefined);
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
}

function morphAttributes(old, fresh) {
  // Whether a part is open is the reader's choice.
  for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

// What has a key of its own is only ever itself.
function isAlike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && !a.dataset?.key && !b.dataset?.key;
}

function openMail(event) {
  const link = event.target.closest?.(".mail-list a");
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  history.replaceState(undefined, "", link.href);
  chosen = new URL(link.href).searchParams.get("mail");
  void renew().then(() => document.getElementById("reader")?.focus());
}

function pauseOrGoOn() {
  const pausing = !isPaused();
  pause.setAttribute("aria-pressed", String(pausing));
  pause.textContent = pausing ? "Carry on" : "Pause";
  if (pausing) clearTimeout(timer);
  else void renew();
}

function followVisibility() {
  if (document.hidden) clearTimeout(timer);
  else if (!isPaused()) void renew();
}

document.addEventListener("click", openMail);
document.addEventListener("visibilitychange", followVisibility);
pause.addEventListener("click", pauseOrGoOn);
pause.hidden = false;
void renew();
