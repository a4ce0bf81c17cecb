// The engine of a served page: nntrain trains, and this asks it for what is new.
"use strict";
const engine = (() => {
  const token = new URLSearchParams(location.search).get("token") ?? "";
  const WAITS = [0.5, 1, 2, 4]; // seconds until the server is asked again after a failure
  let view = {run: -1, version: -1, drawn: -1, rows: [], scene: null, pictures: {}}, show = () => {}, hasScene = -1;

  async function ask(path, options = {}) {
    const answer = await fetch(path, {...options, headers: {...options.headers, Authorization: `Bearer ${token}`}});
    const found = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(found.message), {help: found.help, refused: true});
    return found;
  }

  async function send(command) {
    try {
      await ask("/command", {method: "POST", body: JSON.stringify(command), headers: {"Content-Type": "application/json"}});
    } catch (error) {
      show({...view, status: "failed", message: error.refused ? error.message : "nntrain does not answer", help: error.help ?? ""});
    }
  }

  async function news() {
    const query = new URLSearchParams({run: view.run, version: view.version, drawn: view.drawn, rows: view.rows.length, scene: hasScene});
    const found = await ask(`/state?${query}`);
    const isNew = found.run !== view.run;
    if (found.scene) hasScene = found.run;
    const rows = [...(isNew ? [] : view.rows.slice(0, found.from)), ...found.rows];
    view = {...(isNew ? {scene: null, pictures: {}} : view), ...found, rows};
    if (!view.scene) view.scene = null;
    show(view);
  }

  async function follow() {
    for (let failures = 0; ;) {
      try {
        await news();
        failures = 0;
      } catch (error) {
        const help = error.help || "is `nntrain playground` still running?";
        show({...view, status: "failed", message: error.refused ? error.message : "nntrain does not answer", help});
        await new Promise(done => setTimeout(done, 1000 * WAITS[Math.min(failures++, WAITS.length - 1)]));
        view = {...view, version: -1};
      }
    }
  }

  return {
    about: "Trained by nntrain on this machine.",
    yaml_about: "With this config nntrain fit reaches the same metrics, to the last digit.",
    start: given => { show = given; follow(); },
    goOn: () => send({do: "go_on"}),
    step: () => send({do: "step"}),
    epoch: () => send({do: "epoch"}),
    pause: () => send({do: "pause"}),
    look: epoch => send({do: "show", epoch}),
    restart: settings => send({do: "restart", settings}),
    yaml: async (epoch, step) => (await ask(`/yaml?epoch=${epoch}&step=${step}`)).text,
  };
})();
