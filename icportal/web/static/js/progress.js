// A page that waits for long work asks how far it is, and loads itself once the work is done.
const PAUSE = 1000;

export function progress(root) {
  const place = root.querySelector("[data-progress-url]");
  if (!place) return;
  const bar = place.querySelector("progress");
  const text = place.querySelector("[data-progress-text]");
  const written = new Intl.NumberFormat(document.documentElement.lang || undefined);

  async function ask() {
    try {
      const answer = await fetch(place.dataset.progressUrl, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json();
      if (!told.running) {
        location.reload();
        return;
      }
      show(told);
    } catch {
      // No connection: the work goes on without us, and we ask again.
    }
    setTimeout(ask, PAUSE);
  }

  function show({ done, total }) {
    if (total) {
      bar.max = total;
      bar.value = done;
    }
    if (!done && !total) return;
    const words = total ? place.dataset.textTotal : place.dataset.textOpen;
    text.textContent = words.replace("{done}", written.format(done)).replace("{total}", written.format(total ?? 0));
  }

  setTimeout(ask, PAUSE);
}
