// @ts-check
/** Draws both phones from the server's state, and draws them again whenever it changes. */
import { texts } from "/texts.js";

/** @typedef {{size?: number, path?: string, message: string, alt: string | null, format: string}} Code */

const BANNER_MS = 8000;
const SVG = "http://www.w3.org/2000/svg";
/** What each phone's card said last, to show what changed. @type {Map<string, string>} */
const lastTexts = new Map();
/** Cards that show their back. @type {Set<string>} */
const turned = new Set();
/** The newest event that was announced; null until the server told the first state. @type {number | null} */
let announcedMs = null;
/** @type {any} */
let state = { apple: [], google: [], events: [] };
let language = localStorage.getItem("language") ?? (navigator.language.startsWith("fr") ? "fr" : "en");

/** @param {string} key */
const say = (key) => texts[language][key];

/**
 * @param {string} name
 * @param {{[attribute: string]: any}} [attributes]
 * @param {(Node | string | null | undefined)[]} children
 * @returns {HTMLElement}
 */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
    else if (key === "style") for (const [rule, content] of Object.entries(value)) made.style.setProperty(rule, content);
    else if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  // A picture that cannot be had leaves no broken frame, as on a phone.
  if (name === "img") made.addEventListener("error", () => made.remove());
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** @param {Code | null} code */
function drawCode(code) {
  if (!code) return null;
  const place = element("div", { class: "code" });
  if (code.path) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${code.size} ${code.size}`);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `${say("code")} ${code.message}`);
    svg.setAttribute("shape-rendering", "crispEdges");
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", code.path);
    svg.append(path);
    place.append(svg);
  } else {
    place.append(element("p", { class: "format" }, code.format), element("p", {}, code.message));
  }
  if (code.alt) place.append(element("p", { class: "alt" }, code.alt));
  return place;
}

/**
 * @param {string} id
 * @param {{key: string, label: string, text: string, align?: string}} field
 * @param {string} tag
 */
function drawField(id, field, tag = "div") {
  const name = `${id}/${language}/${field.key}`;
  const before = lastTexts.get(name);
  lastTexts.set(name, field.text);
  const changed = before !== undefined && before !== field.text;
  return element(
    tag,
    { class: ["field", changed ? "changed" : "", (field.align ?? "").toLowerCase()].join(" ").trim() },
    element("span", { class: "label" }, field.label),
    element("span", { class: "value", title: field.text }, field.text),
  );
}

/** Turn a card over. @param {string} key */
function turn(key) {
  if (!turned.delete(key)) turned.add(key);
  draw();
}

/** @param {string} wallet @param {string} id */
function buttons(wallet, id) {
  const key = `${wallet}/${id}`;
  const isBack = turned.has(key);
  const label = say(wallet === "apple" ? (isBack ? "front" : "back") : isBack ? "hideDetails" : "details");
  return element(
    "div",
    { class: "row" },
    element("button", { type: "button", "aria-pressed": String(isBack), on: { click: () => turn(key) } }, label),
    element("button", { type: "button", class: "quiet", on: { click: () => remove(wallet, id) } }, say("remove")),
  );
}

/** @param {any} card */
function drawApple(card) {
  const key = `apple/${card.id}`;
  const text = card.texts[language];
  const groups = text.groups;
  const colours = { "--background": card.background, "--foreground": card.foreground, "--label": card.label };
  /** @param {string} name */
  const draws = (name) => groups[name].map((/** @type {any} */ field) => drawField(key, field));
  const flags = [card.voided ? say("voided") : null, card.expired ? say("expired") : null].filter(Boolean);
  const head = element(
    "div",
    { class: "head" },
    card.images.logo ? element("img", { src: card.images.logo, alt: "", class: "logo" }) : null,
    element("span", { class: "logo-text" }, text.logo),
    element("div", { class: "fields" }, ...draws("headerFields")),
  );
  const strip = element(
    "div",
    { class: card.images.strip ? "strip pictured" : "strip" },
    card.images.strip ? element("img", { src: card.images.strip, alt: "" }) : null,
    element("div", { class: "fields primary" }, ...draws("primaryFields")),
  );
  const row = element("div", { class: "fields row-fields" }, ...draws("secondaryFields"), ...draws("auxiliaryFields"));
  const face = turned.has(key)
    ? element(
        "div",
        { class: "back" },
        element("p", { class: "description" }, `${text.organization}. ${text.description}`),
        element("dl", {}, ...groups.backFields.map((/** @type {any} */ field) => drawBack(key, field))),
      )
    : element("div", { class: "front" }, head, strip, row, card.voided ? null : drawCode(card.barcode));
  return element(
    "article",
    { class: `card apple${card.voided || card.expired ? " faded" : ""}`, style: colours, "aria-label": text.description },
    element("div", { class: "pass", on: { click: () => turn(key) } }, face),
    flags.length ? element("p", { class: "flag" }, flags.join(", ")) : null,
    card.blemishes.length
      ? element(
          "ul",
          { class: "blemishes", "aria-label": say("blemishes") },
          ...card.blemishes.map((/** @type {any} */ b) => element("li", {}, `${b.code}: ${b.detail}`)),
        )
      : null,
    buttons("apple", card.id),
  );
}

/** @param {string} id @param {any} field */
function drawBack(id, field) {
  const drawn = drawField(id, field);
  return element("div", { class: drawn.className }, element("dt", {}, field.label), element("dd", {}, field.text));
}

/** Black or white, whichever reads better on this colour. @param {string} colour */
function readable(colour) {
  const digits = colour.length === 4 ? [...colour.slice(1)].map((d) => d + d) : colour.slice(1).match(/../g) ?? [];
  const [red, green, blue] = digits.map((pair) => {
    const part = Number.parseInt(pair, 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}

const FRONT = new Set(["accountName", "loyaltyPoints", "secondaryLoyaltyPoints", "rewardsTier"]);

/** @param {any} card */
function drawGoogle(card) {
  const key = `google/${card.id}`;
  const text = card.texts[language];
  const ink = readable(card.background);
  const colours = { "--background": card.background, "--foreground": ink, "--label": ink };
  const programme = text.lines.find((/** @type {any} */ line) => line.key === "programName");
  const front = text.lines.filter((/** @type {any} */ line) => FRONT.has(line.key));
  const rest = text.lines.filter((/** @type {any} */ line) => !FRONT.has(line.key) && line !== programme);
  return element(
    "article",
    { class: `card google${card.state === "ACTIVE" ? "" : " faded"}`, style: colours, "aria-label": text.issuer },
    element(
      "div",
      { class: "pass", on: { click: () => turn(key) } },
      element(
        "div",
        { class: "front" },
        element(
          "div",
          { class: "head" },
          card.images.logo ? element("img", { src: card.images.logo, alt: "", class: "logo round" }) : null,
          element("span", { class: "logo-text" }, text.issuer),
        ),
        programme ? element("p", { class: "programme" }, programme.text) : null,
        element("div", { class: "fields row-fields" }, ...front.map((/** @type {any} */ line) => drawField(key, line))),
        drawCode(card.barcode),
        card.images.hero ? element("img", { src: card.images.hero, alt: "", class: "hero" }) : null,
      ),
      turned.has(key)
        ? element("dl", { class: "details" }, ...rest.map((/** @type {any} */ line) => drawBack(key, line)))
        : null,
    ),
    buttons("google", card.id),
  );
}

/** @param {string} wallet @param {any[]} cards @param {(card: any) => HTMLElement} drawOne */
function drawPhone(wallet, cards, drawOne) {
  const place = /** @type {HTMLElement} */ (document.querySelector(`#${wallet} .cards`));
  const newestFirst = [...cards].reverse();
  place.replaceChildren(...(cards.length ? newestFirst.map(drawOne) : [element("p", { class: "empty" }, say("empty"))]));
}

/** @param {any} event */
function describe(event) {
  return Object.entries(event.detail)
    .filter(([key, value]) => key !== "banners" && value !== null && value !== "")
    .map(([key, value]) => `${key} ${Array.isArray(value) ? value.join(", ") : value}`)
    .join(" · ");
}

function drawLog() {
  const rows = state.events.map((/** @type {any} */ event) =>
    element(
      "tr",
      {},
      element("td", { class: "time" }, event.at.slice(11, 23)),
      element("td", {}, event.phone),
      element("td", {}, event.kind),
      element("td", { class: "detail" }, describe(event)),
    ),
  );
  /** @type {HTMLElement} */ (document.querySelector("#log tbody")).replaceChildren(...rows);
}

/** Show the newest banner of each phone for a while, once. */
function showBanners() {
  const since = announcedMs;
  announcedMs = Math.max(since ?? 0, ...state.events.map((/** @type {any} */ event) => event.monotonic_ms));
  if (since === null) return;
  const fresh = state.events.filter((/** @type {any} */ e) => e.kind === "card-changed" && e.monotonic_ms > since);
  for (const event of fresh.reverse()) {
    if (!event.detail.banner) continue;
    const place = /** @type {HTMLElement} */ (document.querySelector(`#${event.phone} .banner`));
    const text = event.detail.banners[language];
    place.textContent = text;
    setTimeout(() => {
      if (place.textContent === text) place.textContent = "";
    }, BANNER_MS);
  }
}

function draw() {
  document.documentElement.lang = language;
  document.title = say("title");
  for (const place of document.querySelectorAll("[data-text]")) {
    place.textContent = say(/** @type {HTMLElement} */ (place).dataset.text ?? "");
  }
  const button = /** @type {HTMLButtonElement} */ (document.querySelector("#language"));
  button.textContent = say("other");
  button.lang = say("otherCode");
  drawPhone("apple", state.apple, drawApple);
  drawPhone("google", state.google, drawGoogle);
  drawLog();
}

/** @param {string} path @param {object} body */
async function post(path, body) {
  const answer = /** @type {HTMLElement} */ (document.querySelector("#answer"));
  answer.className = "";
  answer.textContent = say("working");
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const content = await response.json();
    if (response.ok) {
      answer.textContent = path === "/cards" ? say("added") : "";
      return true;
    }
    answer.className = "bad";
    answer.textContent = content.code
      ? `${say("refused")} (${content.code}): ${content.error}`
      : `${say("failed")}: ${content.error}`;
  } catch {
    answer.className = "bad";
    answer.textContent = say("offline");
  }
  return false;
}

/** @param {string} wallet @param {string} id */
const remove = (wallet, id) => post("/cards/remove", { wallet, id });

const form = /** @type {HTMLFormElement} */ (document.querySelector("#add"));
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const pressed = /** @type {HTMLButtonElement | null} */ (event.submitter);
  const input = /** @type {HTMLInputElement} */ (document.querySelector("#link"));
  if (await post("/cards", { wallet: pressed?.value ?? "apple", link: input.value.trim() })) input.select();
});

/** @type {HTMLElement} */ (document.querySelector("#language")).addEventListener("click", () => {
  language = say("otherCode");
  localStorage.setItem("language", language);
  draw();
});

const source = new EventSource("/events");
const linkState = /** @type {HTMLElement} */ (document.querySelector("#link-state"));
source.addEventListener("message", (event) => {
  linkState.textContent = "";
  state = JSON.parse(event.data);
  draw();
  showBanners();
});
source.addEventListener("error", () => {
  linkState.textContent = say("offline");
});
draw();
