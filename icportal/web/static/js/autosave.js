// Saves a form as one types. The server's answer decides what is said: saved, overtaken, or kept here for now.
const PAUSE = 1500;
const RETRY = 15000;

export function autosave(root) {
  for (const form of root.querySelectorAll("form[data-autosave-url]")) watch(form);
}

function watch(form) {
  const line = form.querySelector("[data-autosave-status]") ?? form.appendChild(statusLine());
  const url = form.dataset.autosaveUrl;
  const key = `draft:${url}`;
  let timer = 0;
  let busy = false;
  let again = false;
  let dirty = false;
  let stopped = false;

  offerLocalCopy(form, line, key);

  form.addEventListener("input", () => {
    dirty = true;
    keepHere();
    schedule(PAUSE);
  });
  form.addEventListener("submit", () => {
    dirty = false;
    stopped = true;
    clearTimeout(timer);
  });
  addEventListener("online", () => { if (dirty) schedule(0); });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && dirty) schedule(0);
  });

  function schedule(wait) {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(save, wait);
  }

  function keepHere() {
    const values = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !isOurs(form, name));
    try {
      sessionStorage.setItem(key, JSON.stringify(values));
      return true;
    } catch {
      return false;
    }
  }

  async function save() {
    if (stopped) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    dirty = false;
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    try {
      const answer = await fetch(url, {
        method: "POST",
        body: data,
        credentials: "same-origin",
        headers: { Accept: "application/json", "X-CSRFToken": data.get("csrf_token") ?? "", "X-Autosave": "1" },
      });
      const body = await answer.json().catch(() => ({}));
      take(form, body);
      if (answer.ok) {
        if (!dirty) sessionStorage.removeItem(key);
        if (body.overtaken) say("conflict", form.dataset.textConflict, { url: form.dataset.conflictUrl || location.href, text: form.dataset.textShow });
        else say("saved", form.dataset.textSaved.replace("{time}", clock()));
      } else if (answer.status === 409) {
        dirty = true;
        stopped = true;
        say("conflict", form.dataset.textConflict, { url: body.url || form.dataset.conflictUrl || location.href, text: form.dataset.textShow });
      } else {
        dirty = true;
        say("failed", body.error || form.dataset.textRefused);
      }
    } catch {
      dirty = true;
      say("failed", keepHere() ? form.dataset.textKept : form.dataset.textUnsaved);
      schedule(RETRY);
    } finally {
      busy = false;
      if (again) {
        again = false;
        schedule(PAUSE);
      }
    }
  }

  function say(state, text, link) {
    line.dataset.state = state;
    line.textContent = text;
    if (!link) return;
    const anchor = document.createElement("a");
    anchor.href = link.url;
    anchor.target = "_blank";
    anchor.textContent = link.text;
    line.append(" ", anchor);
  }
}

// Fields the form itself has put in, and those whose beginning the page names as not saved this way.
function isOurs(form, name) {
  const skipped = (form.dataset.autosaveSkip ?? "").split(" ").filter(Boolean);
  return ["csrf_token", "version"].includes(name) || skipped.some((beginning) => name.startsWith(beginning));
}

// What was saved has a new version: the form now answers that one.
function take(form, body) {
  const fields = { ...(body.fields ?? {}), ...(body.version === undefined ? {} : { version: body.version }) };
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements.namedItem(name);
    if (field) field.value = value;
  }
}

function offerLocalCopy(form, line, key) {
  let kept;
  try {
    kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return;
  }
  if (!kept || !differs(form, kept)) return;
  line.dataset.state = "failed";
  line.textContent = `${form.dataset.textFound} `;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link-button";
  button.textContent = form.dataset.textRestore;
  button.addEventListener("click", () => {
    restore(form, kept);
    line.textContent = "";
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
  line.append(button);
}

function differs(form, kept) {
  const now = new FormData(form);
  return kept.some(([name, value]) => !now.getAll(name).includes(value));
}

function restore(form, kept) {
  const values = new Map();
  for (const [name, value] of kept) values.set(name, [...(values.get(name) ?? []), value]);
  for (const field of form.elements) {
    if (!field.name || isOurs(form, field.name) || field.type === "file") continue;
    const wanted = values.get(field.name) ?? [];
    if (field.type === "checkbox" || field.type === "radio") field.checked = wanted.includes(field.value);
    else if (field.type === "select-multiple") for (const option of field.options) option.selected = wanted.includes(option.value);
    else if (wanted.length) field.value = wanted.shift();
  }
}

function clock() {
  return new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

function statusLine() {
  const line = document.createElement("p");
  line.className = "saved";
  line.setAttribute("role", "status");
  return line;
}
