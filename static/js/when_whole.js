// Runs a part of the script when all of the page is there; the script comes before that.

const whenWhole = (part) => document.addEventListener("DOMContentLoaded", part);
