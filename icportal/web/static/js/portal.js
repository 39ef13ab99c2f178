// Everything works without this file; it saves work and steps for those who have it.
import { autosave } from "./autosave.js";
import { counters } from "./counters.js";
import { pasteTable } from "./paste_table.js";
import { previews } from "./previews.js";
import { progress } from "./progress.js";
import { toErrors } from "./summary.js";

toErrors(document);
counters(document);
previews(document);
progress(document);
autosave(document);
pasteTable(document);

// A menu that stands over the page closes when one leaves it.
for (const menu of document.querySelectorAll("details[data-menu]")) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
