// The ways around the site and out of a page, in one file since every page needs all of it.
// The main menu: shows and wires up the buttons that the HTML holds, hidden, beside its links.
// Disclosure navigation as https://www.w3.org/WAI/ARIA/apg/patterns/disclosure/ describes it.

const navigation = document.getElementById("site-navigation");
const menu = navigation?.querySelector(".site-navigation__menu");
const toggles = [...(navigation?.querySelectorAll(".site-navigation__toggle") ?? [])];
const wide = matchMedia("(min-width: 61.875em)");

const panelOf = (button) => document.getElementById(button.getAttribute("aria-controls"));
const isOpen = (button) => button.getAttribute("aria-expanded") === "true";

function setPanel(toggle, open) {
  toggle.setAttribute("aria-expanded", String(open));
  panelOf(toggle).hidden = !open;
}

function closePanels(except) {
  for (const toggle of toggles) {
    if (toggle !== except && isOpen(toggle)) setPanel(toggle, false);
  }
}

function setMenu(open) {
  menu.setAttribute("aria-expanded", String(open));
  if (!open) closePanels();
}

function onEscape(event) {
  if (event.key !== "Escape") return;
  const toggle = toggles.find(isOpen);
  if (toggle) {
    setPanel(toggle, false);
    toggle.focus();
  } else if (isOpen(menu) && !wide.matches) {
    setMenu(false);
    menu.focus();
  }
}

// On narrow screens an open panel moves the page, so it stays until the reader closes it.
function onLeaving(target) {
  if (wide.matches && !navigation.contains(target)) closePanels();
}

if (menu) {
  menu.addEventListener("click", () => setMenu(!isOpen(menu)));
  for (const toggle of toggles) {
    toggle.addEventListener("click", () => {
      closePanels(toggle);
      setPanel(toggle, !isOpen(toggle));
    });
  }
  navigation.addEventListener("keydown", onEscape);
  navigation.addEventListener("focusout", (event) => {
    if (event.relatedTarget) onLeaving(event.relatedTarget);
  });
  document.addEventListener("click", (event) => onLeaving(event.target));
  wide.addEventListener("change", () => closePanels());

  for (const button of [menu, ...toggles]) button.hidden = false;
  navigation.dataset.enhanced = "";
}

// The link to report an error takes along the heading that the reader came to.
const report = document.querySelector("footer a[href^='/enquiries/about/page/']");
report?.addEventListener("click", () => {
  const address = new URL(report.href);
  address.searchParams.set("section", location.hash.slice(1));
  report.href = address;
});
