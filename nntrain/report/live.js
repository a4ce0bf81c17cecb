// Asks every second what the files of a training say, until it is over.
"use strict";

const SECONDS = 1;
const token = new URLSearchParams(location.search).get("token") ?? "";
const parts = {state: "", more: ""};
let shape = null;

// Put HTML of nntrain, in which all text is escaped, into its place, if it is new.
function put(name, html) {
  if (parts[name] === html) return;
  parts[name] = html;
  document.getElementById(name).innerHTML = html;
}

function show(found) {
  put("state", found.state);
  put("more", found.more);
  if (found.shape !== shape) {
    const kept = Object.fromEntries(Object.entries(options).map(([name, box]) => [name, box.checked]));
    shape = found.shape;
    document.getElementById("curves").innerHTML = found.frame || "<p>no epoch has ended yet</p>";
    if (found.frame) {
      for (const box of document.querySelectorAll(".controls input")) box.checked = kept[box.name] ?? box.checked;
      begin(found.curves);
    }
  } else if (found.frame) {
    renew(found.curves);
  }
}

async function follow() {
  for (;;) {
    try {
      const answer = await fetch("/state", {headers: {Authorization: `Bearer ${token}`}});
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.message);
      show(found);
      if (found.over) return;
    } catch (error) {
      const gone = error instanceof TypeError;
      const line = document.createElement("p");
      line.className = "gone";
      line.textContent = gone ? "nntrain watch does not answer: it has ended, and this page is as it was" : error.message;
      const box = document.getElementById("state");
      if (box.querySelector(".gone")?.textContent !== line.textContent) box.append(line);
      parts.state = null;  // shown again when the server is back
    }
    await new Promise((done) => setTimeout(done, 1000 * SECONDS));
  }
}

follow();
