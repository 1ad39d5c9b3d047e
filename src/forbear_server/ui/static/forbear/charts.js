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
