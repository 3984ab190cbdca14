// Applies the visitor's recorded cookie choice to a page that is the same for everyone.
//
// It runs between the banner and the rest of the page, so nothing moves when the banner goes. What a
// recorded answer means is decided as in privacy/consent.py. The server names the groups, their
// versions and their cookies in the script element's attributes, or nothing in a preview; nothing is
// kept here.

const { groups, cookies, analytics: id } = document.currentScript.dataset;
const analytics = id.trim(); // empty: off, or not on this page
const root = document.documentElement;
const DAY = 24 * 60 * 60;

const pairs = (text) =>
  new Map(
    text
      .split("|")
      .map((pair) => pair.split("="))
      .filter((pair) => pair.length === 2),
  );

const kept = () =>
  document.cookie
    .split("; ")
    .map((cookie) => cookie.match(/^cookie_consent="?([^"]*)"?$/)?.[1])
    .filter((value) => value !== undefined)
    .at(-1) ?? ""; // of two, the last, as the server takes it

// For each group: true, false, or undefined where there is no answer that stands.
const read = (recorded) => {
  const overruled = navigator.globalPrivacyControl === true && recorded.get("gpc") !== "1";
  const answer = (group, version) => {
    const given = recorded.get(group);
    if (given === version) return !overruled;
    if (overruled) return false;
    return given === "-1" && (recorded.get("chosen") ?? "") >= version ? false : undefined;
  };
  return new Map([...pairs(groups)].map(([group, version]) => [group, answer(group, version)]));
};

const asRead = kept();
const answers = read(pairs(asRead));
const given = [...answers.values()];
root.dataset.consent = given.includes(undefined) ? "ask" : "answered";

// What was just chosen, as the address that the choice came back to says.
const told = { "#cookies-accepted": true, "#cookies-rejected": false }[location.hash];
const isAllOf = (answer) => given.length > 0 && given.every((one) => one === answer);
const isTold = told !== undefined && asRead !== "" && isAllOf(told);
if (isTold) {
  root.dataset.consent = told ? "accepted" : "rejected";
  history.replaceState(history.state, "", location.pathname + location.search); // said once
}

const deleteCookies = () => {
  const parts = location.hostname.split(".");
  const domains = parts.slice(0, -1).map((_, i) => `; domain=${parts.slice(i).join(".")}`);
  for (const [group, names] of pairs(cookies)) {
    if (answers.get(group)) continue;
    const patterns = names.split(",");
    for (const cookie of document.cookie.split("; ")) {
      const name = cookie.split("=")[0];
      const matches = (pattern) =>
        pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
      if (!patterns.some(matches)) continue;
      for (const domain of ["", ...domains]) {
        document.cookie = `${name}=; path=/; max-age=0${domain}`;
      }
    }
  }
};

const withoutQuery = (address) => {
  const { origin, pathname } = address.startsWith("http") ? new URL(address) : {};
  return origin ? origin + pathname : "";
};

// https://developers.google.com/analytics/devguides/collection/ga4/reference/config
const measure = () => {
  window.dataLayer = window.dataLayer ?? [];
  function gtag() {
    window.dataLayer.push(arguments); // gtag.js reads Arguments objects, not arrays
  }
  gtag("consent", "default", {
    ad_storage: "denied",
    ad_user_data: "denied",
    ad_personalization: "denied",
    analytics_storage: "granted",
  });
  gtag("js", new Date());
  gtag("config", analytics, {
    page_location: withoutQuery(location.href),
    page_referrer: withoutQuery(document.referrer),
    allow_google_signals: false,
    allow_ad_personalization_signals: false,
    cookie_domain: "none",
    cookie_expires: 90 * DAY,
    cookie_update: false,
    cookie_flags: location.protocol === "https:" ? "SameSite=Lax;Secure" : "SameSite=Lax",
  });
  const script = document.createElement("script");
  script.async = true;
  script.src = `https://www.googletagmanager.com/gtag/js?id=${analytics}`;
  document.head.append(script);
};

const showPlayer = (video) => {
  const player = document.createElement("iframe");
  player.className = "site-video__player";
  player.src = `https://www.youtube-nocookie.com/embed/${video.dataset.video}?rel=0`;
  player.title = `${video.dataset.title} (YouTube video)`;
  player.allow = "fullscreen; encrypted-media; picture-in-picture";
  player.loading = "lazy";
  player.referrerPolicy = "strict-origin-when-cross-origin"; // YouTube refuses to play without
  const before = video.querySelector("[data-consent-before]");
  before.hidden = true;
  before.after(player);
};

const takePlayersAway = () => {
  for (const player of document.querySelectorAll(".site-video__player")) {
    player.parentElement.querySelector("[data-consent-before]").hidden = false;
    player.remove();
  }
};

const tellOnce = () => {
  const message = document.querySelector(`[data-consent-told="${root.dataset.consent}"]`);
  message.focus();
  message.querySelector("button").addEventListener("click", () => {
    root.dataset.consent = "answered";
    document.querySelector(".nhsuk-skip-link").focus();
  });
};

// The cookies page shows everyone the same form; this adds what the visitor chose.
const showOwnChoices = async (form) => {
  const referrer = document.referrer ? new URL(document.referrer) : null;
  const back = referrer?.origin === location.origin ? referrer.pathname + referrer.search : "/";
  form.querySelector("[name=back]").value = back;
  if (!asRead && !navigator.globalPrivacyControl) return;
  const response = await fetch(`${form.dataset.own}?back=${encodeURIComponent(back)}`);
  if (!response.ok) return;
  const own = new DOMParser().parseFromString(await response.text(), "text/html");
  form.querySelector("#cookie-receipt").replaceWith(own.querySelector("#cookie-receipt"));
  for (const { id, name } of own.querySelectorAll("[type=radio][checked]")) {
    const isAnswered = form.elements[name].value !== ""; // meanwhile, by hand
    if (!isAnswered) form.querySelector(`#${id}`).checked = true;
  }
};

deleteCookies();
if (analytics && answers.get("analytics")) measure();

whenWhole(() => {
  for (const next of document.querySelectorAll("#cookie-banner [name=next]")) {
    next.value = location.pathname + location.search;
  }
  if (isTold) tellOnce();
  if (answers.get("video")) document.querySelectorAll("[data-video]").forEach(showPlayer);
  const form = document.querySelector("[data-own]");
  if (form) showOwnChoices(form);
});

// What is on the page must not outlive a yes: while it is in another window, left or kept.
const stopWhatHasNoYes = () => {
  const now = read(pairs(kept()));
  window[`ga-disable-${analytics}`] = !now.get("analytics");
  if (!now.get("video")) takePlayersAway();
};
document.addEventListener("visibilitychange", stopWhatHasNoYes);
window.addEventListener("pagehide", stopWhatHasNoYes);
window.cookieStore?.addEventListener("change", stopWhatHasNoYes);
window.addEventListener("pageshow", (event) => {
  if (event.persisted && kept() !== asRead) location.reload();
});

// A browser that kept the policy of before the yes shows the link again, not an empty box.
document.addEventListener("securitypolicyviolation", (event) => {
  if (event.effectiveDirective === "frame-src") takePlayersAway();
});
