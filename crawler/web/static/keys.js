// Keys: / goes to the search field, j and k go down and up through the rows.
"use strict";
(() => {
  const rows = () => [...document.querySelectorAll("tbody tr a:first-of-type, .hits h2 a, .card h3 > a")].filter(
    (link, i, all) => link.offsetParent && all.findIndex((other) => line(other) === line(link)) === i,
  );
  const line = (link) => link.closest("tr, li");

  const step = (by) => {
    const all = rows();
    const here = all.findIndex((link) => line(link) === line(document.activeElement));
    const next = all[Math.min(Math.max(here + by, 0), all.length - 1)];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    }
  };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "/") {
      event.preventDefault();
      document.getElementById("q").focus();
    } else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
  });
})();
