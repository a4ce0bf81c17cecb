// The page: what an engine says is shown, and what the controls say goes to the engine.
"use strict";
(() => {
  const byId = id => document.getElementById(id), begin = JSON.parse(byId("begin").textContent);
  const NAMES = {accuracy: "Accuracy", mean_absolute_error: "Mean absolute error"};
  const under = document.createElement("canvas");
  let view = null, sliding = false, asked = 0, yamlOf = "";

  function plot() {
    if (!view?.scene?.points || !view.pictures?.plane) return;
    const chosen = graph.chosen(), decided = byId("discrete").checked;
    if (chosen) plane.unit(under, chosen, {decided, most: 0.62});
    else plane.predictions(under, view.scene, view.pictures.plane, decided);
    plane.draw(byId("plane"), view.scene, under, {validation: byId("show_validation").checked});
    const what = chosen ? `The picture of ${graph.chosenName()}` : "What the network predicts in the plane";
    byId("plane").setAttribute("aria-label", `${what} after epoch ${view.shown}${view.step ? ` and ${view.step} of ${view.steps} steps` : ""}`);
    byId("discrete").parentElement.hidden = view.scene.classes.length === 0;
    plane.legend(byId("legend"), view.scene, view.settings.kind === null ? begin.base.target : "");
  }

  function numbers() {
    const row = (view.step ? view.inside.at(-1) : view.rows.findLast(each => each[0] <= view.shown)) ?? null;
    const value = name => row && view.metrics.includes(name) ? row[view.metrics.indexOf(name) + 1] : null;
    const metric = view.metrics.find(name => name in NAMES), validated = `val_${metric}`;
    byId("epoch").textContent = view.shown.toLocaleString("en");
    byId("steps").textContent = view.steps ? `${view.step} of ${view.steps}` : "–";
    byId("loss").textContent = shownNumber(value("loss"), 4);
    byId("val_loss").textContent = shownNumber(value("val_loss"), 4);
    byId("val_loss").parentElement.hidden = view.metrics.length > 0 && !view.metrics.includes("val_loss");
    byId("metric_name").parentElement.hidden = !metric;
    if (!metric) return;
    const isHeldOut = view.metrics.includes(validated);
    byId("metric_name").textContent = `${isHeldOut ? "Validation " : ""}${isHeldOut ? NAMES[metric].toLowerCase() : NAMES[metric]}`;
    const found = value(isHeldOut ? validated : metric);
    byId("metric").textContent = metric === "accuracy" && found !== null ? `${(100 * found).toFixed(1)} %` : shownNumber(found, 4);
  }

  function status() {
    const isRunning = view.status === "running", failed = view.status === "failed", line = byId("status");
    const words = {loading: "Preparing …", paused: "", running: "", ended: "The training has ended: ", failed: ""}[view.status];
    const text = `${words}${view.message}${view.help ? ` – ${view.help}` : ""}`;
    if (line.textContent !== text) line.textContent = text;
    line.className = failed ? "fault" : "";
    const [sign, word] = byId("run").children;
    sign.textContent = isRunning ? "❚❚" : "▶";
    word.textContent = isRunning ? "Pause" : "Run";
    for (const id of ["run", "step", "one_epoch"]) byId(id).disabled = failed || view.status === "ended";
  }

  function slider() {
    const range = byId("shown");
    range.max = view.epoch;
    range.disabled = view.epoch === 0 || view.status === "failed";
    if (!sliding) range.value = view.shown;
    byId("shown_now").textContent = sliding ? range.value : view.shown;
  }

  function show(given) {
    const isNew = view === null || given.run !== view.run;
    view = given;
    if (isNew && given.settings) controls.show(given.settings);
    graph.draw(view, begin.base);
    plot();
    numbers();
    status();
    slider();
    byId("compared").textContent = engine.compared?.() ?? "";
    curve.draw(byId("curve"), [...view.rows, ...(view.inside ?? [])], view.metrics ?? [], view.step ? Infinity : view.shown);
    if (view.status !== "running") config();
  }

  async function config() {
    const wanted = `${view.run} ${view.shown} ${view.step}`;
    if (wanted === yamlOf) return;
    yamlOf = wanted;
    try {
      byId("yaml").textContent = await engine.yaml(view.shown, view.step);
    } catch (error) {
      yamlOf = "";
    }
  }

  async function copy() {
    yamlOf = "";
    await config();
    const text = byId("yaml").textContent, button = byId("copy");
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch (error) { // where a page may not write it, the text is selected, so that it can be copied by hand
      getSelection().selectAllChildren(byId("yaml"));
      button.textContent = "Selected: press Ctrl+C";
    }
    setTimeout(() => { button.textContent = "Copy as YAML"; }, 2500);
  }

  byId("run").addEventListener("click", () => view?.status === "running" ? engine.pause() : engine.goOn());
  byId("step").addEventListener("click", () => engine.step());
  byId("one_epoch").addEventListener("click", () => engine.epoch());
  byId("again").addEventListener("click", () => engine.restart(controls.now()));
  byId("copy").addEventListener("click", copy);
  byId("shown").addEventListener("input", ({target}) => { // a slide asks once it rests
    sliding = true;
    byId("shown_now").textContent = target.value;
    clearTimeout(asked);
    asked = setTimeout(() => engine.look(Number(target.value)), 60);
  });
  byId("shown").addEventListener("change", () => { setTimeout(() => { sliding = false; }, 300); });
  for (const id of ["show_validation", "discrete"]) byId(id).addEventListener("change", plot);
  for (const name of ["chosen", "resize"]) addEventListener(name, plot);
  addEventListener("colors", () => {
    if (!view) return;
    graph.repaint(view.settings);
    plot();
  });
  byId("about").textContent = engine.about;
  byId("yaml_about").textContent = engine.yaml_about;
  byId("footer").textContent = `nntrain ${begin.version}, in the spirit of the TensorFlow Playground (playground.tensorflow.org).`;
  controls.begin(begin, settings => engine.restart(settings));
  engine.start(show, begin);
})();
