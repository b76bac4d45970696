"use strict";
const by = id => document.getElementById(id);
const live = by("live"), still = by("still"), overlay = by("overlay");
let events = null, paused = false, choosing = false, roi = null, size = null, start = null, drawn = null, rate = 0, advice = "";

// Only the page's own requests carry the token from here on (as a cookie); it need not stay in the address bar.
history.replaceState(null, "", location.pathname);

function connect() {
  startPictures();
  events = new EventSource("events");
  events.addEventListener("state", event => show(JSON.parse(event.data)));
  let lost = false;
  events.onopen = () => { if (lost) startPictures(); lost = false; };
  events.onerror = () => { lost = true; setHealth("down", "no connection"); say("No connection to the board. Trying again …"); };
}
function disconnect() {
  if (events) events.close();
  events = null;
  live.removeAttribute("src");
}
function startPictures() { live.src = "stream.mjpg?" + Date.now(); }
live.onerror = () => { if (live.src && events) setTimeout(() => { if (events) startPictures(); }, 2000); };

function show(state) {
  setHealth(state.health, state.health);
  rate = state.fps;
  by("choose").hidden = !state.can_roi;
  roi = state.roi;
  if (state.advice !== undefined) advice = state.advice;
  say(state.health === "down" ? state.health_note || "The camera delivers no pictures. Trying again …" : advice);
  if (state.frame === null || state.frame === undefined) { drawRegion(); return; }
  size = state.size;
  drawRegion();
  showRate(state);
  fill(by("numbers"), state.numbers, makeNumber, setNumber);
  by("no-numbers").hidden = state.numbers.length > 0;
  fill(by("digits"), state.readings, makeDigit, setDigit);
  by("no-digits").hidden = state.readings.length > 0;
  showStages(state.ms);
}
function setHealth(word, text) { by("health").className = "pill " + word; by("health").textContent = text; }
function say(text) { by("word").textContent = text; by("word").hidden = !text; }
function percent(share) {
  if (share > 0 && share < 0.005) return "<1 %";
  return share >= 0.9995 ? "100 %" : (share * 100).toFixed(share < 0.985 ? 0 : 1) + " %";
}

// Nodes are kept and refilled, so that a screen reader and the eye see only what changed.
function fill(parent, items, make, set) {
  while (parent.children.length > items.length) parent.lastChild.remove();
  while (parent.children.length < items.length) parent.append(make());
  items.forEach((item, index) => set(parent.children[index], item));
}
function element(tag, ...children) { const node = document.createElement(tag); node.append(...children); return node; }
function setText(node, text) { if (node.textContent !== text) node.textContent = text; }
function makeNumber() { return element("li", element("span"), element("small")); }
function setNumber(node, number) {
  setText(node.children[0], number.text);
  setText(node.children[1], percent(number.confidence));
}
function makeDigit() {
  const node = element("div", element("img"), element("div"));
  node.className = "digit";
  node.children[1].className = "top";
  return node;
}
function setDigit(node, reading) {
  const [image, top] = node.children;
  if (image.src !== reading.patch) image.src = reading.patch;
  image.alt = "The patch read as " + reading.digit;
  fill(top, reading.top, () => element("div", element("span"), element("span")), (row, answer) => {
    row.style.setProperty("--share", answer.probability * 100 + "%");
    setText(row.children[0], answer.label === "reject" ? "no digit" : answer.label);
    setText(row.children[1], percent(answer.probability));
    row.className = answer.label === String(reading.digit) ? "read" : "";
  });
  // What stands around can tell more than the patch alone.
  const same = reading.top[0].label === String(reading.digit);
  node.title = same ? "" : "Read as " + reading.digit + " by what stands around it; the rows say what the patch alone looks like";
  if (same) delete node.dataset.instead; else node.dataset.instead = reading.digit;
}
function showStages(ms) {
  const stages = Object.entries(ms), longest = Math.max(...stages.map(([, time]) => time), 0.001);
  const cells = stages.flatMap(([name, time]) => [["span", name], ["i", time / longest], ["b", time.toFixed(2) + " ms"]]);
  fill(by("stages"), cells, () => document.createElement("span"), () => {});
  cells.forEach(([tag, value], index) => {
    let node = by("stages").children[index];
    if (node.localName !== tag) { const fresh = document.createElement(tag); node.replaceWith(fresh); node = fresh; }
    if (tag === "i") node.style.setProperty("--share", value * 100 + "%"); else setText(node, value);
  });
}
function showRate(state) {
  const sum = Object.values(state.ms).reduce((total, ms) => total + ms, 0);
  by("rate").textContent = (rate ? rate.toFixed(rate < 9.5 ? 1 : 0) + " fps · " : "") + sum.toFixed(1) + " ms";
}

// The region, in pixels of the full frame: the overlay's own coordinates are the frame's.
function drawRegion() {
  if (!size) return;
  const [width, height] = size;
  overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const box = drawn || roi;
  const shape = box && `M0 0H${width}V${height}H0ZM${box[0]} ${box[1]}v${box[3]}h${box[2]}v${-box[3]}Z`;
  overlay.innerHTML = box ? `<path class="outside" fill-rule="evenodd" d="${shape}"/>` +
    `<rect class="region" x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}"/>` : "";
  by("whole").hidden = !roi;
}
function framePoint(event) {
  const area = overlay.getBoundingClientRect();
  const inside = (value, most) => Math.round(Math.min(Math.max(value, 0), 1) * most);
  return [inside((event.clientX - area.left) / area.width, size[0]), inside((event.clientY - area.top) / area.height, size[1])];
}
function setChoosing(on) {
  choosing = on && size !== null;
  by("choose").classList.toggle("on", choosing);
  by("choose").textContent = choosing ? "Draw on the picture" : "Choose region";
  by("view").classList.toggle("choosing", choosing);
  start = drawn = null;
  drawRegion();
}
async function sendRegion(box) {
  setChoosing(false);
  try {
    const answer = await fetch("roi", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ box }) });
    if (!answer.ok) { say(await answer.text()); return; }
    roi = (await answer.json()).roi;
    drawRegion();
  } catch { say("The region could not be sent: no connection to the board."); }
}
overlay.addEventListener("pointerdown", event => {
  if (!choosing) return;
  overlay.setPointerCapture(event.pointerId);
  start = framePoint(event);
  event.preventDefault();
});
overlay.addEventListener("pointermove", event => {
  if (!start) return;
  const [x, y] = framePoint(event);
  drawn = [Math.min(x, start[0]), Math.min(y, start[1]), Math.abs(x - start[0]), Math.abs(y - start[1])];
  drawRegion();
});
overlay.addEventListener("pointerup", () => {
  const box = drawn;
  start = drawn = null;
  if (box && box[2] >= 8 && box[3] >= 8) sendRegion(box); else drawRegion();
});
overlay.addEventListener("pointercancel", () => { start = drawn = null; drawRegion(); });
by("choose").onclick = () => setChoosing(!choosing);
by("whole").onclick = () => sendRegion(null);

// Paused, the page asks for nothing: the board encodes nothing for it.
function setPaused(on) {
  if (on && live.naturalWidth) {
    still.width = live.naturalWidth;
    still.height = live.naturalHeight;
    still.getContext("2d").drawImage(live, 0, 0);
  }
  paused = on;
  still.hidden = !on || !still.width;
  live.hidden = !still.hidden;
  by("pause").classList.toggle("on", on);
  by("pause").textContent = on ? "Go on" : "Pause";
  if (on) { disconnect(); setHealth("", "paused"); } else connect();
}
by("pause").onclick = () => setPaused(!paused);
by("snapshot").onclick = async () => {
  try {
    const blob = paused && !still.hidden
      ? await new Promise(done => still.toBlob(done, "image/jpeg", 0.92))
      : await (await fetch("snapshot.jpg")).blob();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = "digitedge-" + new Date().toISOString().slice(0, 19).replaceAll(":", "") + ".jpg";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  } catch { say("No picture: no connection to the board."); }
};
// A page nobody looks at (another tab, a locked phone) asks for nothing either.
document.addEventListener("visibilitychange", () => {
  if (paused) return;
  if (document.hidden) disconnect(); else if (!events) connect();
});
// Not earlier: a stream without a picture yet would keep the page loading.
addEventListener("load", connect);
