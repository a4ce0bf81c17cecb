// Pictures: what a unit computes, and the plane with its points.
"use strict";
const plane = (() => {
  const BEHIND = 0.62; // the strongest color behind the points, which have the whole one
  const MARKS = ["circle", "square", "triangle", "diamond", "circle", "square", "triangle", "diamond"];

  function bytes(found) { // those of a server are base64
    return typeof found === "string" ? Uint8Array.from(atob(found), letter => letter.charCodeAt(0)) : found;
  }

  function painted(canvas, size, colorOf) { // a picture of size × size colors
    const image = new ImageData(size, size);
    for (let i = 0; i < size * size; i++) {
      const color = colorOf(i);
      image.data.set([color[0], color[1], color[2], 255], 4 * i);
    }
    canvas.width = canvas.height = size;
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  }

  function unit(canvas, text, {decided = false, most = 1} = {}) { // 127.5 stands for 0; most: the strongest color
    const found = bytes(text), size = Math.sqrt(found.length);
    const share = i => decided ? Math.sign(found[i] - 127.5) : (found[i] - 127.5) / 127.5;
    return painted(canvas, size, i => colors.diverging(share(i), most));
  }

  function ofFormula(canvas, name, reach) {
    const size = 24, at = place => (place + 0.5) / size * 2 - 1;
    const values = Array.from({length: size * size}, (_, i) =>
      FORMULAS[name](reach * at(i % size), -reach * at(Math.floor(i / size))));
    const most = Math.max(...values.map(Math.abs));
    painted(canvas, size, i => colors.diverging(values[i] / most));
  }

  function predictions(canvas, scene, found, decided) {
    if (found.value) {
      const isNumber = scene.classes.length === 0;
      return unit(canvas, found.value, {decided: decided && !isNumber, most: BEHIND});
    }
    const classes = bytes(found.class), sure = bytes(found.sure);
    return painted(canvas, scene.grid, i => colors.mixed(colors.rgb("--middle"),
      colors.ofClass(classes[i], scene.classes.length), decided ? BEHIND : 0.1 + (BEHIND - 0.1) * sure[i] / 255));
  }

  function mark(context, shape, x, y, radius) {
    context.beginPath();
    if (shape === "circle") context.arc(x, y, radius, 0, 2 * Math.PI);
    else if (shape === "square") context.rect(x - radius * 0.88, y - radius * 0.88, radius * 1.76, radius * 1.76);
    else {
      const corners = shape === "triangle" ? 3 : 4;
      for (let i = 0; i < corners; i++) {
        const angle = 2 * Math.PI * i / corners - Math.PI / 2;
        context.lineTo(x + radius * 1.25 * Math.cos(angle), y + radius * 1.25 * Math.sin(angle));
      }
      context.closePath();
    }
    context.fill();
    context.stroke();
  }

  function look(scene, label) { // the color and the mark of a point
    const count = scene.classes.length;
    if (count) return [colors.css(colors.ofClass(label, count)), MARKS[label]];
    const [low, high] = scene.targets, middle = low < 0 && high > 0 ? 0 : (low + high) / 2;
    const reach = low < 0 && high > 0 ? Math.max(-low, high) : (high - low) / 2;
    return [colors.css(colors.diverging((label - middle) / (reach || 1))), "circle"];
  }

  function draw(canvas, scene, under, {validation}) { // `under` is a canvas with the picture
    const size = Math.round(canvas.clientWidth * devicePixelRatio) || 320, context = canvas.getContext("2d");
    canvas.width = canvas.height = size;
    context.imageSmoothingQuality = "high";
    context.drawImage(under, 0, 0, size, size);
    const [low, high] = [scene.low, scene.high], unitSize = size / 320;
    const place = (value, axis) => (value - low[axis]) / (high[axis] - low[axis]) * size;
    const shown = Object.entries(scene.points).filter(([name]) => name === "train" || (validation && name === "validation"));
    for (const [name, rows] of shown) {
      context.lineWidth = (name === "train" ? 1 : 1.4) * unitSize;
      context.strokeStyle = colors.css(colors.rgb(name === "train" ? "--paper" : "--ink"));
      const radius = (rows.length > 400 ? 2.8 : 3.6) * unitSize;
      for (const [x, y, label] of rows) {
        const [color, shape] = look(scene, label);
        context.fillStyle = color;
        mark(context, shape, place(x, 0), size - place(y, 1), radius);
      }
    }
  }

  function legend(element, scene, target) {
    element.replaceChildren(...(target ? [`${target}:`] : []));
    const add = (text, paint, ramp) => {
      const item = document.createElement("span"), canvas = document.createElement("canvas");
      canvas.width = ramp ? 112 : 20;
      canvas.height = ramp ? 1 : 20;
      if (ramp) canvas.className = "ramp";
      paint(canvas.getContext("2d"));
      item.append(canvas, text);
      element.append(item);
    };
    scene.classes.forEach((name, index) => add(name, context => {
      const [color, shape] = look(scene, index);
      context.fillStyle = context.strokeStyle = color;
      mark(context, shape, 10, 10, 7);
    }));
    if (!scene.classes.length) {
      const [low, high] = scene.targets, reach = Math.max(-low, high);
      const ends = low < 0 && high > 0 ? [-reach, reach] : [low, high];
      add(`${shownNumber(ends[0], 1)} to ${shownNumber(ends[1], 1)}`, context => {
        for (let i = 0; i < 112; i++) {
          context.fillStyle = colors.css(colors.diverging(i / 56 - 1));
          context.fillRect(i, 0, 1, 1);
        }
      }, true);
    }
    const axes = document.createElement("span"), isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const range = axis => `${scene.axes[axis]} (${shownNumber(scene.low[axis], 1)} to ${shownNumber(scene.high[axis], 1)})`;
    axes.textContent = `across ${range(0)}, up ${range(1)}; validation points have a ${isDark ? "light" : "dark"} edge`;
    element.append(axes);
  }

  return {unit, ofFormula, predictions, draw, legend, look, mark};
})();
