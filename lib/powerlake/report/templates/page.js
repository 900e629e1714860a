// Draws the charts and answers the page's controls. Charts come as JSON with wordings and colours left open:
// {en, zh} is filled in by the language shown, "var(--x)" by the style sheet as it stands (light, dark or print).
(() => {
  "use strict";
  const root = document.documentElement;
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const config = { displayModeBar: false, responsive: true };

  const language = () => root.dataset.language;

  function filledIn(value, style) {
    if (typeof value === "string") {
      return value.startsWith("var(") ? style.getPropertyValue(value.slice(4, -1)).trim() : value;
    }
    if (Array.isArray(value)) return value.map((item) => filledIn(item, style));
    if (value === null || typeof value !== "object") return value;
    if ("en" in value && "zh" in value) return value[language()];
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filledIn(item, style)]));
  }

  const AXIS = {
    gridcolor: "var(--grid)", linecolor: "var(--line)", zeroline: false, ticks: "outside", tickcolor: "var(--line)",
    ticklen: 4, fixedrange: true, title: { standoff: 8, font: { size: 12 } },
  };
  const LAYOUT = {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", autosize: true,
    font: { family: "var(--font)", size: 12, color: "var(--ink)" },
    hoverlabel: { bgcolor: "var(--paper)", bordercolor: "var(--line)", font: { color: "var(--ink)", size: 12 } },
    legend: { font: { size: 12 } },
  };

  function withDefaults(layout) {
    const axis = (own) => ({ ...AXIS, ...own, title: { ...AXIS.title, ...own?.title } });
    return {
      ...LAYOUT, ...layout, legend: { ...LAYOUT.legend, ...layout.legend },
      xaxis: axis(layout.xaxis), yaxis: axis(layout.yaxis),
    };
  }

  // The variant a group's controls ask for: their values joined by "|", in the order of the page.
  function chosenVariant(group) {
    const controls = document.querySelectorAll(`select[data-group="${group}"], input[data-group="${group}"]:checked`);
    return Array.from(controls, (control) => control.value).join("|");
  }

  function draw(place) {
    const chart = charts[place.dataset.chart];
    const variant = chart.variants[chosenVariant(chart.group)];
    place.hidden = !variant;
    place.parentElement.querySelector(".no-variant")?.toggleAttribute("hidden", Boolean(variant));
    if (!variant) return;
    const style = getComputedStyle(root);
    Plotly.react(place, filledIn(variant.data, style), filledIn(withDefaults(variant.layout), style), config);
  }

  function drawAll() {
    document.querySelectorAll("[data-chart]").forEach(draw);
  }

  function drawGroup(group) {
    const chosen = chosenVariant(group);
    document.querySelectorAll(`[data-facts="${group}"]`).forEach((facts) => { facts.hidden = facts.dataset.variant !== chosen; });
    document.querySelectorAll("[data-chart]").forEach((place) => {
      if (charts[place.dataset.chart].group === group) draw(place);
    });
  }

  function speak(chosen) {
    root.dataset.language = chosen;
    root.lang = chosen === "zh" ? "zh-Hans" : "en";
    document.querySelectorAll("[data-speak]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.speak === chosen));
    });
    document.querySelectorAll("[data-en]").forEach((element) => { element.textContent = element.dataset[chosen]; });
  }

  document.querySelectorAll("[data-speak]").forEach((button) => {
    button.addEventListener("click", () => {
      speak(button.dataset.speak);
      try { localStorage.setItem("powerlake.language", button.dataset.speak); } catch { /* kept for this visit only */ }
      drawAll();
    });
  });
  document.querySelectorAll("select[data-group], input[data-group]").forEach((control) => {
    control.addEventListener("change", () => drawGroup(control.dataset.group));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  // The style for paper narrows the page and makes it light; the charts follow before the print is taken.
  addEventListener("beforeprint", () => { root.classList.add("on-paper"); drawAll(); });
  addEventListener("afterprint", () => { root.classList.remove("on-paper"); drawAll(); });

  speak(language());
  drawAll();
  root.dataset.drawn = "true";
})();
