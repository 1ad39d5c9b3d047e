"use strict";
/* Charts from JSON blocks in the page: <figure data-chart="id of the block">. SVG, aria, decals. */
(() => {
  const series = ["#2f7f79", "#3d6fb0", "#8a6a1f", "#a8542a", "#8f3b5e", "#5a4a8f", "#4a5866"];
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const still = {
    animation: !calm,
    animationDuration: 150,
    color: series,
    aria: { enabled: true, decal: { show: true } },
    textStyle: { fontFamily: "inherit", color: "#1b2733" },
    grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
  };
  const axis = {
    axisLabel: { color: "#4a5866" },
    axisLine: { lineStyle: { color: "#7d8a97" } },
    nameTextStyle: { color: "#4a5866" },
    splitLine: { lineStyle: { color: "#e3e8eb" } },
  };
  const kinds = {
    ladder: (data) => ({
      legend: { top: 0, left: 0, textStyle: { color: "#1b2733" } },
      tooltip: { trigger: "axis" },
      xAxis: { type: "value", ...axis },
      yAxis: { type: "category", inverse: true, data: data.buckets, ...axis },
      series: data.series.map((one) => ({
        type: "bar",
        name: one.name,
        data: one.values,
        barMaxWidth: 14,
        label: { show: true, position: "right", color: "#1b2733" },
      })),
    }),
    lines: (data) => ({
      legend: { top: 0, left: 0, type: "scroll", textStyle: { color: "#1b2733" } },
      tooltip: { trigger: "axis", valueFormatter: (v) => (v === null ? "—" : `${v}%`) },
      xAxis: { type: "category", name: data.x, nameLocation: "middle", nameGap: 28, data: data.points, boundaryGap: false, ...axis },
      yAxis: { type: "value", axisLabel: { formatter: "{value}%", color: "#4a5866" }, splitLine: axis.splitLine },
      series: data.series.map((one) => ({
        type: "line",
        name: one.name,
        data: one.values,
        showSymbol: true,
        symbolSize: 6,
        connectNulls: false,
        endLabel: { show: data.series.length <= 6, formatter: "{a}", color: "#1b2733" },
      })),
    }),
    reliability: (data) => {
      const most = Math.max(1, ...data.points.flatMap(([x, y, , high]) => [x, y, high]));
      const line = (name, dash, points) => ({
        type: "line", name, data: points, showSymbol: false, lineStyle: { type: dash, width: 1.5 },
      });
      return {
        legend: { top: 0, left: 0, textStyle: { color: "#1b2733" } },
        tooltip: { trigger: "item", valueFormatter: (v) => `${v}%` },
        xAxis: { type: "value", name: data.x, nameLocation: "middle", nameGap: 28, min: 0, ...axis },
        yAxis: { type: "value", name: data.y, min: 0, ...axis },
        series: [
          { type: "scatter", name: data.words[1], symbolSize: 9, data: data.points.map(([x, y]) => [x, y]) },
          line(data.words[0], "dotted", [[0, 0], [most, most]]),
          line(`${data.words[2]} ↓`, "dashed", data.points.map(([x, , low]) => [x, low])),
          line(`${data.words[2]} ↑`, "dashed", data.points.map(([x, , , high]) => [x, high])),
        ],
      };
    },
    limits: (data) => ({
      tooltip: { trigger: "axis" },
      xAxis: { type: "category", data: data.points, ...axis },
      yAxis: { type: "value", min: 0, ...axis },
      series: [{
        type: "bar",
        data: data.values,
        barMaxWidth: 28,
        label: { show: data.points.length <= 18, position: "top", color: "#1b2733" },
        markLine: {
          symbol: "none",
          lineStyle: { color: "#4a5866", type: "dashed" },
          label: { formatter: "{b}", color: "#1b2733" },
          data: data.limits.map(([name, at]) => ({ name, yAxis: at })),
        },
      }],
    }),
  };
  const draw = (figure) => {
    if (figure.dataset.drawn || !window.echarts) return;
    const block = document.getElementById(figure.dataset.chart);
    const canvas = figure.querySelector(".chart");
    if (!block || !canvas) return;
    figure.dataset.drawn = "yes";
    const data = JSON.parse(block.textContent);
    const chart = window.echarts.init(canvas, null, { renderer: "svg" });
    const options = { ...still, ...kinds[data.kind](data) };
    options.aria = { enabled: true, label: { description: data.says }, decal: { show: true } };
    chart.setOption(options);
    new ResizeObserver(() => chart.resize()).observe(canvas);
  };
  const drawAll = () => document.querySelectorAll("figure[data-chart]").forEach(draw);
  drawAll();
  document.addEventListener("htmx:afterSettle", drawAll);
})();
