// Charts: each reads the JSON of the table beside it and is drawn in the page's own colours.
"use strict";
(() => {
  const charts = new Map();

  const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const DAYS = [1, 2, 5, 7, 14, 30].map((days) => days * 86400);

  // 1,500,000 as 1.5M: the axis is narrow, the legend has the whole number.
  const short = (value) => {
    for (const [size, unit] of [[1e9, "G"], [1e6, "M"], [1e4, "k"]]) {
      if (value >= size) return +(value / (unit === "k" ? 1e3 : size)).toFixed(1) + unit;
    }
    return String(value);
  };

  const seconds = (text) => Date.parse(text.length === 10 ? text + "T00:00:00+08:00" : text) / 1000;

  // Later series stand on earlier ones; the legend still shows each one's own value.
  const stack = (columns) => {
    const sums = columns[0].map(() => 0);
    return columns.map((column) => column.map((value, i) => (sums[i] += value || 0)));
  };

  const options = (box, own) => {
    const labels = box.dataset.labels.split("|");
    const stacked = "stacked" in box.dataset;
    const daily = box.dataset.x === "day";
    const axis = { stroke: ink("--soft"), grid: { stroke: ink("--line"), width: 1 }, ticks: { show: false }, font: "12px sans-serif" };
    const series = labels.map((label, i) => ({
      label,
      stroke: ink("--c" + (i + 1)),
      fill: stacked ? ink("--c" + (i + 1)) : i === 0 ? ink("--c1") + "18" : undefined,
      width: stacked ? 0 : 1.6,
      paths: stacked ? uPlot.paths.bars({ size: [0.7, 40] }) : undefined,
      points: { show: false },
      value: (plot, raw, index, at) => (at === null || at === undefined ? "–" : String(own()[index - 1][at] ?? "–")),
    }));
    // Bars are painted over each other, so the tallest goes first.
    if (stacked) series.reverse();
    const zone = (at) => uPlot.tzDate(new Date(at * 1000), "Asia/Shanghai");
    const two = (n) => String(n).padStart(2, "0");
    const time = (at) => {
      const d = zone(at);
      const date = two(d.getMonth() + 1) + "-" + two(d.getDate());
      return daily ? date : two(d.getHours()) + ":" + two(d.getMinutes());
    };
    return {
      width: box.clientWidth - 24,
      height: 160,
      cursor: { points: { size: 6 }, drag: { x: false, y: false } },
      scales: { x: { time: true }, y: { range: (plot, low, high) => [0, Math.max(1, high * 1.08)] } },
      axes: [
        // A day has one name on the axis.
        { ...axis, size: 28, values: (plot, ticks) => ticks.map(time), ...(daily ? { incrs: DAYS } : {}) },
        { ...axis, size: 46, values: (plot, ticks) => ticks.map(short) },
      ],
      series: [{ label: box.dataset.when, value: (plot, at) => (at ? time(at) : "–") }, ...series],
    };
  };

  const columnsOf = (box, rows) => box.dataset.series.split(" ").map((name) => rows.map((row) => row[name] ?? null));

  const draw = (box, rows) => {
    let own = columnsOf(box, rows);
    let shown = own;
    if ("stacked" in box.dataset) {
      shown = stack(own).reverse();
      own = own.slice().reverse();
    }
    const x = rows.map((row) => seconds(row[box.dataset.x]));
    const known = charts.get(box);
    if (known) {
      known.own = own;
      known.plot.setData([x, ...shown]);
      return;
    }
    const chart = { own, rows };
    chart.plot = new uPlot(options(box, () => chart.own), [x, ...shown], box);
    charts.set(box, chart);
  };

  const ordered = (box, rows) => rows.slice().sort((a, b) => seconds(a[box.dataset.x]) - seconds(b[box.dataset.x]));

  // A chart without a point says so instead of showing axes of nothing.
  const say = (box) => {
    const said = document.createElement("p");
    said.className = "empty";
    said.textContent = box.dataset.empty;
    box.replaceChildren(said);
  };

  const load = async (box) => {
    const answer = await fetch(box.dataset.source);
    if (!answer.ok) return;
    const { rows } = await answer.json();
    box.rows = ordered(box, rows);
    if (box.rows.length) draw(box, box.rows);
    else say(box);
    box.dataset.drawn = "";
  };

  const redraw = () => {
    for (const [box, chart] of [...charts]) {
      chart.plot.destroy();
      charts.delete(box);
      draw(box, box.rows);
    }
  };

  // A run that is still going: the server sends its page's moving part and its curve.
  const follow = (part) => {
    const source = new EventSource(part.dataset.live);
    source.addEventListener("progress", (event) => {
      const news = JSON.parse(event.data);
      for (const [id, html] of Object.entries(news.parts)) document.getElementById(id).innerHTML = html;
      if (!news.curve.length) return;
      for (const box of document.querySelectorAll('.chart[data-x="at"]')) {
        box.replaceChildren(...box.querySelectorAll(".uplot"));
        box.rows = news.curve;
        draw(box, news.curve);
      }
    });
    source.addEventListener("end", () => source.close());
  };

  for (const box of document.querySelectorAll(".chart")) load(box);
  for (const part of document.querySelectorAll("[data-live]")) follow(part);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  let waiting;
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(redraw, 150);
  });
})();
