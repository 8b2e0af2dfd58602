// Beside what pages do without it: news of a hand-in as it comes, files that are dropped, times on
// the clocks of the student who reads.  Whoever teaches has the course's on every page.
"use strict";

for (const time of document.querySelectorAll("[data-own-clocks] time[datetime]")) {
  const at = new Date(time.dateTime);
  const shown = new Intl.DateTimeFormat(undefined, {
    weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit",
    minute: "2-digit", second: "seconds" in time.dataset ? "2-digit" : undefined,
    timeZoneName: "short",
  }).format(at);
  time.title = time.textContent;
  time.textContent = shown;
}

const progress = document.querySelector("[data-events]");
if (progress) {
  const source = new EventSource(progress.dataset.events);
  for (const state of ["waiting", "running"]) {
    source.addEventListener(state, (event) => { progress.textContent = event.data; });
  }
  source.addEventListener("done", () => { source.close(); location.reload(); });
  source.addEventListener("error", () => {
    // The server ends, or is started again: look at the page itself after a while, not all at once.
    source.close();
    setTimeout(() => location.reload(), 1000 + 3000 * Math.random());
  });
}

for (const form of document.querySelectorAll("form.drop")) {
  const input = form.querySelector("input[type=file]");
  form.classList.add("drops");
  for (const kind of ["dragenter", "dragover"]) {
    form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("over"); });
  }
  for (const kind of ["dragleave", "drop"]) {
    form.addEventListener(kind, () => form.classList.remove("over"));
  }
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });
  form.addEventListener("submit", () => {
    const button = form.querySelector("button");
    setTimeout(() => { button.disabled = true; }, 0);
  });
}
