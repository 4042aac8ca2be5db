// Runs before anything is drawn, so that a dark page never flashes light.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("shoal-theme");
  } catch {
    // Browsers keep nothing for pages that are embedded in others' pages.
  }
  const isDark = chosen === null ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
})();
