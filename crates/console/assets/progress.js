// Shows the progress of a run as it comes. Without this script the page is loaded anew every few seconds.
"use strict";

const box = document.querySelector("[data-events]");
if (box) {
  const lost = document.createElement("p");
  lost.className = "fault";
  lost.setAttribute("role", "status");
  box.after(lost);
  const source = new EventSource(box.dataset.events);
  source.addEventListener("progress", (event) => {
    lost.textContent = "";
    // The server escapes every text.
    box.innerHTML = event.data;
  });
  source.addEventListener("end", () => {
    source.close();
    location.reload();
  });
  source.addEventListener("error", () => {
    // The browser tries again by itself.
    lost.textContent = box.dataset.lost;
  });
}
