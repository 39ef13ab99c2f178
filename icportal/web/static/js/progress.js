// A bar with numbers for work that takes longer than a moment. The page may be left: the work goes on without it.
const EVERY = 1500;

export function progress(root) {
  for (const box of root.querySelectorAll("[data-progress-url]")) {
    const bar = box.querySelector("progress");
    const text = box.querySelector("[data-shown]");
    const look = async () => {
      try {
        const answer = await fetch(box.dataset.progressUrl, { headers: { Accept: "application/json" } });
        if (answer.ok) {
          const job = await answer.json();
          bar.max = job.total || 1;
          bar.value = job.done || 0;
          text.textContent = job.text ?? "";
          if (job.finished) {
            location.assign(box.dataset.progressThen || location.href);
            return;
          }
        }
      } catch {
        // no connection: look again at the next turn
      }
      setTimeout(look, EVERY);
    };
    setTimeout(look, EVERY);
  }
}
