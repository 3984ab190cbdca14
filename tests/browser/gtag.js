// Stands in for Google's gtag.js: sets the cookies and sends the page view that its settings ask
// for. https://developers.google.com/analytics/devguides/collection/ga4/reference/config
{
  const given = window.dataLayer.map((entry) => [...entry]);
  const of = (command) => given.filter(([name]) => name === command).map(([, ...rest]) => rest);
  const consent = Object.assign({}, ...of("consent").map(([, settings]) => settings));
  const [id, settings = {}] = of("config")[0];
  if (consent.analytics_storage === "granted" && !window[`ga-disable-${id}`]) {
    const widest = location.hostname.split(".").slice(-2).join(".");
    const where = settings.cookie_domain === "none" ? "" : `; domain=${widest}`;
    const lasts = settings.cookie_expires ?? 2 * 365 * 24 * 60 * 60;
    const flags = settings.cookie_flags ?? "";
    for (const name of ["_ga", `_ga_${id.slice(2)}`]) {
      document.cookie = `${name}=GS2.1.1; path=/; max-age=${lasts}${where}; ${flags}`;
    }
    const view = new URLSearchParams({
      tid: id,
      en: "page_view",
      dl: settings.page_location ?? location.href,
      dr: settings.page_referrer ?? document.referrer,
      dt: settings.page_title ?? document.title,
    });
    const address = `https://region1.google-analytics.com/g/collect?${view}`;
    fetch(address, { method: "POST", mode: "no-cors", keepalive: true });
  }
}
