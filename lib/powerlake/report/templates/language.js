// Before the first paint: the language last chosen here, else the browser's. Without scripts the page is in English.
(() => {
  let chosen = null;
  try { chosen = localStorage.getItem("powerlake.language"); } catch { /* storage may be refused to a local file */ }
  const language = chosen ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
  document.documentElement.dataset.language = language;
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
})();
