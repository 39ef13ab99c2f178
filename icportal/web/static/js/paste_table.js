// A block copied from a spreadsheet goes into the fields to the right of and below the one it is pasted into.
export function pasteTable(root) {
  for (const form of root.querySelectorAll("[data-paste-table]")) {
    form.addEventListener("paste", (event) => {
      const field = event.target.closest("[data-paste-row] input, [data-paste-row] select");
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (!field || !/[\t\n]/u.test(text.trim())) return;
      event.preventDefault();
      say(form, fill(form, field, cells(text)));
    });
  }
}

function cells(text) {
  return text.replace(/\r\n?/gu, "\n").replace(/\n$/u, "").split("\n").map((line) => line.split("\t"));
}

function fieldsOf(row) {
  return [...row.querySelectorAll("input:not([type='hidden']), select")];
}

function fill(form, field, block) {
  const rows = [...form.querySelectorAll("[data-paste-row]")];
  const first = field.closest("[data-paste-row]");
  const top = rows.indexOf(first);
  const start = fieldsOf(first).indexOf(field);
  let count = 0;
  block.forEach((line, down) => {
    const fields = rows[top + down] ? fieldsOf(rows[top + down]) : [];
    line.forEach((text, right) => {
      if (fields[start + right] && put(fields[start + right], text.trim())) count += 1;
    });
  });
  return count;
}

function put(field, text) {
  if (field.matches("select")) {
    const wanted = text.toLocaleLowerCase();
    const option = [...field.options].find((one) => one.value.toLocaleLowerCase() === wanted || one.text.toLocaleLowerCase() === wanted);
    if (!option) return false;
    field.value = option.value;
  } else {
    field.value = text;
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

function say(form, count) {
  const status = form.querySelector("[data-paste-status]");
  if (status) status.textContent = form.dataset.textPasted.replace("{number}", count.toLocaleString(document.documentElement.lang));
}
