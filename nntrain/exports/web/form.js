// The form of the page: fields for the columns of a table, or a pad and a drop zone for an image.
"use strict";
(() => {
  const text = id => document.getElementById(id).textContent;
  const page = JSON.parse(text("page")), model = nntrain.load(page, text("weights").trim());
  const {schema, fields, image} = page, {table, classes, output} = schema;
  const area = document.getElementById("inputs"), result = document.getElementById("result");
  const MOST = 10; // classes that are listed

  function make(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === true) made.setAttribute(key, ""); else if (value !== false) made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  const shown = value => !Number.isFinite(value) ? String(value)
    : value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6) ? value.toExponential(3)
    : value.toLocaleString("en", {maximumFractionDigits: 4});

  function show(row) {
    const {scores, best} = model.predict(row), isShare = output.columns[0].startsWith("probability_");
    const order = scores.map((_, i) => i);
    if (best >= 0) order.sort((a, b) => (b === best) - (a === best) || scores[b] - scores[a]);
    const lines = order.slice(0, MOST).map(i => {
      const bar = make("span", {class: "bar"});
      bar.style.width = isShare ? `${100 * Math.min(1, Math.max(0, scores[i]))}%` : "0";
      const name = best >= 0 ? classes[i] : output.columns[i];
      const cell = isShare ? `${(100 * scores[i]).toFixed(1)} %` : shown(scores[i]);
      return make("tr", i === best ? {class: "best"} : {}, make("th", {scope: "row"}, name),
        make("td", {class: "number"}, cell), make("td", {class: "bars"}, ...(isShare ? [make("span", {class: "track"}, bar)] : [])));
    });
    const more = order.length > MOST ? [make("p", {class: "quiet"}, `and ${order.length - MOST} more classes`)] : [];
    const head = best >= 0 ? [make("p", {class: "answer"}, classes[best])] : [];
    result.replaceChildren(...head, make("table", {}, make("tbody", {}, ...lines)), ...more);
  }

  const complain = error => result.replaceChildren(make("p", {class: "fault"}, error.message));

  function field(about, index) {
    const id = `field-${index}`, attributes = {id, "data-column": about.name};
    let input;
    if (about.kind === "category" || about.kind === "boolean") {
      const names = about.choices.map((name, code) => make("option", {value: code, selected: code === about.start}, name));
      const other = about.kind === "category" ? [make("option", {value: "other"}, "(another one)")] : [];
      input = make("select", attributes, ...names, ...other);
      if (about.optional) input.append(make("option", {value: ""}, "(missing)"));
    } else if (about.kind === "date") {
      input = make("input", {...attributes, type: about.hours ? "datetime-local" : "date", value: about.start});
    } else {
      input = make("input", {...attributes, type: "number", step: "any", value: about.start, required: !about.optional});
    }
    const hint = "low" in about ? `${shown(about.low)} to ${shown(about.high)} in training` : about.optional ? "may be empty" : "";
    return make("div", {class: "field"}, make("label", {for: id}, about.name), input, make("small", {class: "quiet"}, hint));
  }

  function value(about, index) { // as the cell of a file
    const written = document.getElementById(`field-${index}`).value;
    if (written === "" && !about.optional) throw new Error(`${about.name} is empty`);
    if (about.kind === "category" || about.kind === "boolean") {
      return written === "other" ? "\u0000" : written === "" ? "" : about.choices[Number(written)];
    }
    const style = table && about.kind === "numeric" ? table.columns[index].style || table : null;
    return style ? written.replace(".", style.decimal) : written;
  }

  function fromFields() {
    try {
      fields.forEach((about, index) => {
        const input = document.getElementById(`field-${index}`), written = Number(input.value);
        const outside = "low" in about && input.value !== "" && (written < about.low || written > about.high);
        input.closest(".field").classList.toggle("outside", outside);
      });
      const cells = fields.map(value);
      show(table ? model.row(cells) : cells.map(Number));
    } catch (error) {
      complain(error);
    }
  }

  function fromList() {
    try {
      const row = document.getElementById("list").value.split(/[\s,;]+/).filter(Boolean).map(Number);
      const wanted = schema.input.shape.reduce((a, b) => a * b, 1);
      if (row.length !== wanted) throw new Error(`${row.length} numbers, but the network takes ${wanted}`);
      if (!row.every(Number.isFinite)) throw new Error("that holds something else than numbers");
      show(row);
    } catch (error) {
      complain(error);
    }
  }

  function pictures() {
    const [height, width, channels = 1] = schema.input.shape, scale = Math.max(1, Math.floor(280 / Math.max(height, width)));
    const pad = make("canvas", {width: width * scale, height: height * scale, id: "pad", "aria-label": "drawing pad"});
    const seen = make("canvas", {width, height, id: "seen", "aria-label": "what the network sees"});
    const file = make("input", {type: "file", accept: "image/*", id: "file"});
    const light = make("input", {type: "checkbox", id: "light"});
    const clear = make("button", {type: "button", id: "clear"}, "Clear");
    const ink = pad.getContext("2d", {willReadFrequently: true}), small = seen.getContext("2d", {willReadFrequently: true});

    function half(source, toWidth, toHeight) { // a large image is halved until it is near the size, so that no pixel is lost
      let from = source;
      while (from.width >= 2 * toWidth && from.height >= 2 * toHeight) {
        const next = make("canvas", {width: from.width >> 1, height: from.height >> 1});
        next.getContext("2d").drawImage(from, 0, 0, next.width, next.height);
        from = next;
      }
      return from;
    }

    function look() {
      small.imageSmoothingQuality = "high";
      small.drawImage(half(pad, width, height), 0, 0, width, height);
      const pixels = small.getImageData(0, 0, width, height).data, row = [];
      for (let at = 0; at < pixels.length; at += 4) {
        const [r, g, b] = pixels.subarray(at, at + 3);
        const values = channels === 1 ? [Math.round(0.299 * r + 0.587 * g + 0.114 * b)] : [r, g, b, 255].slice(0, channels);
        values.forEach(v => row.push(image.low + v / 255 * (image.high - image.low)));
      }
      show(row);
    }

    function empty() {
      ink.fillStyle = light.checked ? "#fff" : "#000";
      ink.fillRect(0, 0, pad.width, pad.height);
      look();
      result.replaceChildren(make("p", {class: "quiet"}, "Nothing is drawn yet."));
    }

    let last = null;
    const place = event => {
      const box = pad.getBoundingClientRect();
      return [(event.clientX - box.left) * pad.width / box.width, (event.clientY - box.top) * pad.height / box.height];
    };
    function draw(event) {
      const next = place(event);
      ink.strokeStyle = light.checked ? "#000" : "#fff";
      ink.lineWidth = Math.max(1.5 * scale, pad.width / 14);
      ink.lineCap = ink.lineJoin = "round";
      ink.beginPath();
      ink.moveTo(...last);
      ink.lineTo(...next);
      ink.stroke();
      last = next;
      look();
    }
    pad.addEventListener("pointerdown", event => { last = place(event); pad.setPointerCapture(event.pointerId); draw(event); });
    pad.addEventListener("pointermove", event => { if (last) draw(event); });
    ["pointerup", "pointercancel"].forEach(name => pad.addEventListener(name, () => { last = null; }));

    async function open(chosen) {
      try {
        const bitmap = await createImageBitmap(chosen);
        ink.imageSmoothingQuality = "high";
        ink.drawImage(half(bitmap, pad.width, pad.height), 0, 0, pad.width, pad.height);
        look();
      } catch {
        complain(new Error("this file is no image that the browser reads"));
      }
    }
    const drop = make("div", {id: "drop", class: "drop"}, pad,
      make("p", {class: "quiet"}, "Draw with the mouse or a finger, drop an image here, or choose a file."));
    drop.addEventListener("dragover", event => { event.preventDefault(); drop.classList.add("over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", event => {
      event.preventDefault();
      drop.classList.remove("over");
      if (event.dataTransfer.files.length) open(event.dataTransfer.files[0]);
    });
    file.addEventListener("change", () => { if (file.files.length) open(file.files[0]); });
    light.addEventListener("change", empty);
    clear.addEventListener("click", () => { file.value = ""; empty(); });
    area.append(drop, make("div", {class: "tools"}, clear, make("label", {}, light, " dark on light"),
      make("label", {class: "file"}, "Image: ", file)),
      make("figure", {}, seen, make("figcaption", {class: "quiet"}, `what the network sees: ${width} × ${height} pixels`)));
    empty();
  }

  if (image) pictures();
  else if (fields) {
    area.append(make("div", {class: "fields"}, ...fields.map(field)));
    area.addEventListener("input", fromFields);
    fromFields();
  } else {
    area.append(make("label", {for: "list"}, "Numbers, with spaces, commas or lines between them"),
      make("textarea", {id: "list", rows: 8}, page.start.map(shown).join(" ")));
    area.addEventListener("input", fromList);
    fromList();
  }
})();
