/* Sorting and searching of the tables of the report. Without it every table reads as it stands.
   Our own sixty lines: the small libraries sort by clicks on a heading and leave out the button, the space bar and the
   search, and the one that has them all renders the rows anew, in pages, so that print and find-in-page lose most. */
"use strict";

(function () {
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  function valueOf(row, column) {
    const cell = row.cells[column];
    return cell.hasAttribute("data-sort") ? cell.dataset.sort : cell.textContent.trim();
  }

  // What is unknown comes last in either direction; equal rows stay as they are.
  function compare(a, b, isNumber, sign) {
    const noA = a === "" || a === "–", noB = b === "" || b === "–";
    if (noA || noB) return Number(noA) - Number(noB);
    return sign * (isNumber ? Number(a) - Number(b) : collator.compare(a, b));
  }

  function sort(table, heading, column) {
    const was = heading.getAttribute("aria-sort");
    const isNumber = heading.hasAttribute("data-number");
    // Of figures the largest are wanted first, of words the first.
    const now = was ? (was === "ascending" ? "descending" : "ascending") : isNumber ? "descending" : "ascending";
    table.querySelectorAll("thead th").forEach((each) => each.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", now);
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row) => ({ row: row, value: valueOf(row, column) }));
    rows.sort((a, b) => compare(a.value, b.value, isNumber, now === "ascending" ? 1 : -1));
    body.append(...rows.map((each) => each.row));
  }

  function makeSortable(table) {
    table.querySelectorAll("thead th").forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading, column));
      heading.append(button);
    });
  }

  function makeSearchable(field) {
    const rows = Array.from(document.getElementById(field.dataset.table).tBodies[0].rows);
    const texts = rows.map((row) => Array.from(row.cells, (cell) => cell.textContent).join(" ").toLowerCase());
    const told = field.parentElement.querySelector("output");
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let found = 0;
      rows.forEach((row, number) => {
        const fits = words.every((word) => texts[number].includes(word));
        row.hidden = !fits;
        found += Number(fits);
      });
      told.textContent = words.length ? found.toLocaleString("en") + " of " + rows.length.toLocaleString("en") : "";
    });
    field.parentElement.hidden = false;
  }

  // A link to one event of a company opens it, though it is folded.
  function unfold() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") target.open = true;
  }

  document.querySelectorAll("table.sortable").forEach(makeSortable);
  document.querySelectorAll("input[data-table]").forEach(makeSearchable);
  window.addEventListener("hashchange", unfold);
  window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => { each.open = true; }));
  unfold();
})();
