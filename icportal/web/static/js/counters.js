// Words used of words allowed, told to screen readers only when the writer pauses.
const PAUSE = 900;

export function words(text) {
  const found = text.trim().match(/\S+/gu);
  return found ? found.length : 0;
}

export function counters(root) {
  for (const field of root.querySelectorAll("[data-words-max]")) {
    const counter = root.getElementById(field.dataset.counter);
    if (!counter) continue;
    const most = Number(field.dataset.wordsMax);
    const spoken = counter.querySelector("[aria-live]");
    const shown = counter.querySelector("[data-shown]");
    let timer = 0;
    const count = (announce) => {
      const left = most - words(field.value);
      const pattern = left < 0 ? counter.dataset.over : counter.dataset.left;
      const sentence = pattern.replace("{number}", Math.abs(left).toLocaleString(document.documentElement.lang));
      shown.textContent = sentence;
      counter.classList.toggle("over", left < 0);
      clearTimeout(timer);
      if (announce) timer = setTimeout(() => { spoken.textContent = sentence; }, PAUSE);
    };
    field.addEventListener("input", () => count(true));
    count(false);
  }
}
