// Checks a field when it is left. Without this script the form is checked when it is sent.
"use strict";

const form = document.querySelector("form.settings");
let asked = 0;

// Shows a text at a field, or removes it.
const show = (field, kind, text) => {
  const id = `${field.id}-${kind}`;
  const shown = document.getElementById(id) ?? document.createElement("p");
  shown.id = id;
  shown.className = kind === "fault" ? "fault" : "kept";
  shown.textContent = text ?? "";
  if (!text) {
    shown.remove();
  } else if (kind === "fault") {
    field.before(shown);
  } else {
    field.after(shown);
  }
};

form.addEventListener("change", async (event) => {
  const field = event.target;
  asked += 1;
  const own = asked;
  let found;
  try {
    const answer = await fetch("/check-settings", { method: "POST", body: new URLSearchParams(new FormData(form)) });
    found = answer.ok ? await answer.json() : undefined;
  } catch {
    // The form says it when it is sent.
  }
  if (!found || own !== asked) {
    return;
  }
  const fault = found.faults[field.name];
  show(field, "fault", fault);
  field.toggleAttribute("aria-invalid", Boolean(fault));
  field.setAttribute("aria-describedby", fault ? `${field.id}-fault ${field.id}-help` : `${field.id}-help`);
  for (const time of form.querySelectorAll("#start, #end")) {
    show(time, "note", found.notes[time.name]);
  }
});
