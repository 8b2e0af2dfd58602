// Keys for pages that work without: what a key does, a link or a button on the page does, too.
"use strict";

const $ = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const sheet = $("#sheet");
const form = $("#marking");

// On a phone the row of pages is moved sideways: the one that is open is in sight, and all of the
// one that a key leads to, of which browsers show a part.
function inSight(link) {
  link?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
inSight($(".top nav [aria-current]"));
$(".top nav")?.addEventListener("focusin", (event) => inSight(event.target));

function typing(element) {
  return element.matches("textarea, select, input:not([type=checkbox]):not([type=radio])");
}

function press(element) {
  if (element) element.click();
  return Boolean(element);
}

// ---- the points follow the rubric, until somebody types others

function sum() {
  const items = all("[data-points]", form);
  const chosen = items.filter((item) => item.checked);
  const most = Number(form.dataset.most);
  if (!chosen.length) return "";
  const start = items.some((item) => Number(item.dataset.points) > 0) ? 0 : most;
  const total = chosen.reduce((so_far, item) => so_far + Number(item.dataset.points), start);
  return String(Math.round(Math.min(Math.max(total, 0), most) * 1e6) / 1e6);
}

function toggle(digit) {
  const item = $(`[data-digit="${digit}"]`, form);
  if (!item) return false;
  item.checked = !item.checked;
  form.elements.points.value = sum();
  return true;
}

function give(points) {
  form.elements.points.value = points;
  return true;
}

// ---- earlier comments, as one types

function bank() {
  const words = form.elements.comment.value.toLowerCase().split(/\s+/).filter(Boolean);
  const list = $("#bank ul");
  const texts = all("#earlier li").map((item) => item.textContent);
  const fits = texts.filter((text) => text !== form.elements.comment.value
    && words.every((word) => text.toLowerCase().includes(word))).slice(0, 9);
  list.replaceChildren(...fits.map((text, place) => {
    const button = document.createElement("button");
    const key = document.createElement("kbd");
    key.textContent = `Alt ${place + 1}`;
    button.type = "button";
    button.append(key, ` ${text}`);
    button.addEventListener("click", () => take(text));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
  $("#bank").hidden = !fits.length || document.activeElement !== form.elements.comment;
}

function take(text) {
  form.elements.comment.value = text;
  form.elements.comment.focus();
  bank();
}

if (form) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-points]")) form.elements.points.value = sum();
  });
  for (const name of ["input", "focus"]) form.elements.comment.addEventListener(name, bank);
  const first = $("[data-first]", form);
  if (first) first.focus();
}

// ---- a list in another order, or fewer of it, without the rest of the page

async function swap(address) {
  const answer = await fetch(address);
  const list = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("list");
  if (!answer.ok || !list) { location.assign(address); return; }
  $("#list").replaceWith(list);
  history.replaceState(null, "", address);
}

function wanted(filter) {
  return `${filter.getAttribute("action")}?${new URLSearchParams(new FormData(filter))}`;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const hidden = $("form[data-swap] [name=sort]");
  if (hidden) hidden.value = new URL(link.href).searchParams.get("sort");
  const place = link.textContent;
  swap(link.href).then(() => {
    const same = all("#list a[data-swap]").find((other) => other.textContent === place);
    if (same) same.focus();
  });
});

for (const filter of all("form[data-swap]")) {
  let waits = 0;
  filter.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(() => swap(wanted(filter)), 200);
  });
  filter.addEventListener("submit", (event) => { event.preventDefault(); swap(wanted(filter)); });
}

// ---- keys

for (const button of all(".keys-button")) {
  button.hidden = false;
  button.addEventListener("click", () => sheet.showModal());
}

const keys = {
  "?": () => { sheet.showModal(); return true; },
  "/": () => { const words = $("input[type=search]"); if (words) words.focus(); return Boolean(words); },
  "s": () => press($("#marking button[value=mark]")),
  "f": () => press($("#marking button[value=flag]")),
  "t": () => press($("button[value=same]")),
  "m": () => form && give(form.dataset.most.replace(/\.0$/, "")),
  "0": () => form && give("0"),
  "p": () => form && (form.elements.points.select(), true),
  "c": () => form && (form.elements.comment.focus(), true),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || sheet.open) return;
  const inField = typing(event.target);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form) {
    if (press($("#marking button[value=mark]"))) event.preventDefault();
    return;
  }
  if (event.altKey && /^Digit[1-9]$/.test(event.code) && form) {
    if (press(all("#bank button")[Number(event.code.slice(5)) - 1])) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && inField) { event.target.blur(); return; }
  if (inField) {
    if (event.key === "Enter" && event.target.name === "points" && form) {
      if (press($("#marking button[value=mark]"))) event.preventDefault();
    }
    // Letters are no points: there they are keys as everywhere, or no key that is shown would do.
    if (event.target.name !== "points" || !/^[a-z?]$/.test(event.key)) return;
  }
  let done = false;
  if (/^[1-9]$/.test(event.key) && form) done = toggle(event.key);
  else if (keys[event.key]) done = keys[event.key]();
  else if (event.key === "Enter" && event.target === document.body) done = press($("a.go"));
  else if (/^[a-z]$/.test(event.key)) done = press($(`[data-key="${event.key}"]`));
  if (done || inField) event.preventDefault();
});

// ---- a page that shows how far something is

for (const waits of all("[data-again]")) setTimeout(() => location.reload(), Number(waits.dataset.again));
