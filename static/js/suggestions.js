// Suggests pages under a search box while a visitor types; the form works without any of this.
// Combobox as https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ describes it, with a list to
// choose from by hand: the focus stays in the search box, and its words stay as typed.

const FEWEST_LETTERS = 3;
const PAUSE = 200; // milliseconds without typing, before the server is asked
const LONGEST_WAIT = 3000; // milliseconds; a list that comes later would only surprise
const MOVING_IN_TEXT = ["ArrowLeft", "ArrowRight", "Home", "End"];
const LAST = 2 ** 31 - 1; // behind whatever is typed

const remembered = new Map(); // what was answered while this page is shown, by words

const isLongEnough = (words) => (words.match(/[\p{L}\p{N}]/gu) ?? []).length >= FEWEST_LETTERS;

// Undefined where there is no answer that can be shown, for whatever reason.
async function suggestionsFor(words, address, signal) {
  try {
    const response = await fetch(`${address}?${new URLSearchParams({ q: words })}`, { signal });
    const { suggestions } = await response.json();
    return response.ok ? suggestions.filter(({ title, url }) => title && url) : undefined;
  } catch {
    return undefined;
  }
}

function newElement(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function newOption({ title, url, within }, id) {
  const option = newElement("li", {
    id,
    class: "site-suggestions__option",
    role: "option",
    "aria-selected": "false",
    "data-url": url,
  });
  option.append(newElement("span", { class: "site-suggestions__title" }, title));
  if (within) option.append(newElement("span", { class: "site-suggestions__within" }, within));
  return option;
}

class Suggestions {
  constructor(form) {
    this.address = form.dataset.suggestions;
    this.input = form.elements.q;
    this.list = newElement("ul", {
      id: `${this.input.id}-suggestions`,
      class: "site-suggestions",
      role: "listbox",
      "aria-label": "Suggestions",
      hidden: "",
    });
    this.told = newElement("p", { class: "nhsuk-u-visually-hidden", "aria-live": "polite" });
    this.asked = new AbortController();
    this.input.parentElement.after(this.list, this.told);
    this.input.setAttribute("role", "combobox");
    this.input.setAttribute("aria-autocomplete", "list");
    this.input.setAttribute("aria-controls", this.list.id);
    this.input.setAttribute("aria-expanded", "false");
    this.listen(form);
  }

  listen(form) {
    this.input.addEventListener("input", () => this.onInput());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("blur", () => this.close());
    form.addEventListener("submit", () => this.close());
    // A page that is kept to come back to is kept with nothing open and nothing asked.
    window.addEventListener("pagehide", () => this.close());
    this.list.addEventListener("pointerdown", () => this.stopAsking());
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus
    this.list.addEventListener("click", (event) => this.goTo(event.target.closest("[role=option]")));
  }

  get words() {
    return this.input.value.trim().replace(/\s+/g, " ");
  }

  get isOpen() {
    return !this.list.hidden;
  }

  get current() {
    return this.list.querySelector("[aria-selected=true]");
  }

  set current(option) {
    this.current?.setAttribute("aria-selected", "false");
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", option.id);
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  goTo(option) {
    if (!option) return;
    this.close();
    window.location.assign(option.dataset.url);
  }

  // --- Asking ---------------------------------------------------------------------------------

  // Words that an input method is composing count: most phones compose whatever is typed.
  onInput() {
    const { words } = this;
    this.stopAsking();
    this.current = null;
    if (!isLongEnough(words)) this.close();
    else if (remembered.has(words)) this.show(remembered.get(words));
    else this.timer = setTimeout(() => this.ask(words), PAUSE);
  }

  stopAsking() {
    clearTimeout(this.timer);
    this.asked.abort();
  }

  async ask(words) {
    this.asked = new AbortController();
    const { signal } = this.asked;
    this.timer = setTimeout(() => this.close(), LONGEST_WAIT);
    const suggestions = await suggestionsFor(words, this.address, signal);
    if (signal.aborted) return;
    clearTimeout(this.timer);
    if (suggestions) remembered.set(words, suggestions);
    this.show(suggestions ?? []);
  }

  // --- Showing --------------------------------------------------------------------------------

  show(suggestions) {
    const count = suggestions.length;
    if (count === 0 || document.activeElement !== this.input) {
      this.close();
      return;
    }
    this.current = null;
    const options = suggestions.map((each, i) => newOption(each, `${this.list.id}-${i + 1}`));
    this.list.replaceChildren(...options);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.tell(`${count} suggestion${count === 1 ? "" : "s"}. Use up and down arrows.`);
  }

  close() {
    this.stopAsking();
    this.current = null;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.tell("");
  }

  // Said once, not again at every letter that leaves as many.
  tell(text) {
    if (this.told.textContent !== text) this.told.textContent = text;
  }

  // --- Keys -----------------------------------------------------------------------------------

  onKey(event) {
    // An input method's own keys; Safari says so by the old code alone.
    if (event.isComposing || event.keyCode === 229) return;
    if (MOVING_IN_TEXT.includes(event.key)) this.current = null;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { key, altKey } = event;
    if (this.isOpen ? this.onKeyWithList(key, altKey) : this.onKeyWithoutList(key, altKey)) {
      event.preventDefault();
    }
  }

  // Both return whether the key has done here what it is to do.
  onKeyWithList(key, alt) {
    if (key === "ArrowDown" && !alt) this.move(1);
    else if (key === "ArrowUp" && !alt) this.move(-1);
    else if (key === "ArrowUp" || key === "Escape") this.close();
    else if (key === "Home") this.input.setSelectionRange(0, 0);
    else if (key === "End") this.input.setSelectionRange(LAST, LAST);
    else if (key === "Enter" && this.current) this.goTo(this.current);
    else return false;
    return true;
  }

  onKeyWithoutList(key, alt) {
    if (key === "Escape" && this.input.value) {
      this.stopAsking();
      this.input.value = "";
      return true;
    }
    if (key !== "ArrowDown" && (key !== "ArrowUp" || alt)) return false;
    this.onInput(); // opens the list again, at once if it was open for these words
    if (this.isOpen && !alt) this.move(key === "ArrowDown" ? 1 : -1);
    return this.isOpen;
  }

  // Round in a circle; from the search box, to the first option or the last.
  move(step) {
    this.stopAsking(); // nothing may change under a visitor who is choosing
    const options = [...this.list.children];
    const from = options.indexOf(this.current);
    const to = from === -1 && step === -1 ? -1 : (from + step) % options.length;
    this.current = options.at(to);
  }
}

for (const form of document.querySelectorAll("[data-suggestions]")) new Suggestions(form);
