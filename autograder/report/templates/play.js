"use strict";
for (const figure of document.querySelectorAll("figure.plays")) {
  const [play, pause, back, forward, scrub, at] = JSON.parse(figure.dataset.words);
  const walks = [...figure.querySelectorAll("[data-path]")].map((group) => {
    const pairs = (text) => text.split(";").map((pair) => pair.split(" ").map(Number));
    const line = group.querySelector(".line");
    const trail = line.cloneNode();
    const dot = document.createElementNS(group.namespaceURI, "circle");
    dot.setAttribute("class", "dot");
    dot.setAttribute("r", 4.5);
    group.append(trail, dot);
    return { group, trail, dot, label: group.dataset.label, path: pairs(group.dataset.path),
      values: group.dataset.values.split(";") };
  });
  const last = Math.max(...walks.map((walk) => walk.path.length)) - 1;
  const bar = document.createElement("div");
  bar.className = "player";
  const add = (name, attributes, text) => {
    const element = Object.assign(document.createElement(name), attributes);
    element.textContent = text || "";
    bar.append(element);
    return element;
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const button = add("button", { type: "button" }, play);
  const before = add("button", { type: "button", title: back, ariaLabel: back }, "‹");
  const slider = add("input", { type: "range", min: 0, max: last, value: last, ariaLabel: scrub });
  const after = add("button", { type: "button", title: forward, ariaLabel: forward }, "›");
  const told = add("output", {});
  let timer = 0;
  const show = (epoch) => {
    slider.value = epoch;
    for (const walk of walks) {
      const end = Math.min(epoch, walk.path.length - 1);
      walk.trail.setAttribute("d", "M" + walk.path.slice(0, end + 1).map((p) => p.join(" ")).join("L"));
      walk.dot.setAttribute("cx", walk.path[end][0]);
      walk.dot.setAttribute("cy", walk.path[end][1]);
    }
    figure.classList.toggle("playing", epoch < last);
    const places = walks.map((walk) => (walks.length > 1 ? walk.label + " " : "")
      + walk.values[Math.min(epoch, walk.values.length - 1)]).join("; ");
    told.textContent = at.replace("{epoch}", epoch).replace("{last}", last).replace("{places}", places);
    slider.ariaValueText = told.textContent;
  };
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    button.textContent = play;
  };
  const step = (by) => { stop(); show(Math.max(0, Math.min(last, +slider.value + by))); };
  button.onclick = () => {
    if (timer) return stop();
    if (+slider.value >= last) show(0);
    button.textContent = pause;
    timer = setInterval(() => {
      show(+slider.value + 1);
      if (+slider.value >= last) stop();
    }, Math.max(40, Math.min(250, 6000 / last)));
  };
  before.onclick = () => step(-1);
  after.onclick = () => step(1);
  slider.oninput = () => { stop(); show(+slider.value); };
  const calm = () => { button.hidden = still.matches; if (still.matches) stop(); };
  still.onchange = calm;
  calm();
  figure.querySelector("svg").after(bar);
  show(last);
}
