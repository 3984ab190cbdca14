// Rows that stack on narrow screens are blocks to the eye, and some browsers then no longer call
// them rows and cells. Roles say that they still are. They are not in the HTML because the HTML
// standard does not allow them there: a table's parts have these roles by themselves.

const ROLES = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", td: "cell" };

function roleOf(part) {
  if (part.localName !== "th") return ROLES[part.localName];
  return part.scope === "row" ? "rowheader" : "columnheader";
}

for (const table of document.querySelectorAll("main table")) {
  for (const part of [table, ...table.querySelectorAll("thead, tbody, tr, th, td")]) {
    part.setAttribute("role", roleOf(part));
  }
}
