// The preview is drawn by the server into a frame of its own: no markup is ever built in the page.
export function previews(root) {
  for (const button of root.querySelectorAll("[data-preview-for]")) {
    const field = root.getElementById(button.dataset.previewFor);
    const frame = root.getElementById(button.getAttribute("aria-controls"));
    if (!field || !frame) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      const form = document.createElement("form");
      form.method = "post";
      form.action = button.dataset.previewUrl;
      form.target = frame.name;
      form.hidden = true;
      const values = { text: field.value, language: field.lang || document.documentElement.lang };
      const token = field.form?.elements.namedItem("csrf_token");
      if (token) values.csrf_token = token.value;
      for (const [name, value] of Object.entries(values)) {
        const input = document.createElement(name === "text" ? "textarea" : "input");
        input.name = name;
        input.value = value;
        form.append(input);
      }
      document.body.append(form);
      frame.hidden = false;
      form.submit();
      form.remove();
    });
  }
}
