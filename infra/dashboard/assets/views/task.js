// One task: how it stands, how it came to that, who is near.
import { STATES, stateColor } from "../colors.js";
import { card, h, keyed, pageHead, setText, stateLabel, workerLink } from "../dom.js";
import { bytes, count, duration, plural } from "../format.js";
import { at } from "../place.js";
import { stateChart, words } from "../state-chart.js";

export function mount(main, of) {
  const { head, say } = pageHead(of, "", { href: "/graph", text: "Graph" });
  head.querySelector("h1").classList.add("mono");
  const place = h("div", { class: "state-chart-frame" });
  const facts = h("dl", { class: "facts" });
  const story = h("ol", { class: "story" });
  const noStory = h(
    "p",
    { class: "empty" },
    "Steps are noted while somebody watches the cluster, the last 262,144 of all tasks; this one's are not among them.",
  );
  const drawStory = keyed(story, ({ at }) => at, makeStep, updateStep);
  const inputs = nearList("It reads nothing.");
  const readers = nearList("Nobody reads it but its futures.");
  const inputCard = card("Reads", { width: "w6" }, ...inputs.elements);
  main.append(
    head,
    h(
      "div",
      { class: "row" },
      card("Lifecycle", { width: "w8", note: "the state it is in is lit, the way it took is marked" }, place).element,
      card("Facts", { width: "w4" }, facts).element,
    ),
    h(
      "div",
      { class: "row" },
      card("Story", { width: "w4" }, story, noStory).element,
      h("div", { class: "row w8" }, inputCard.element, card("Read by", { width: "w6" }, ...readers.elements).element),
    ),
  );
  let picture;
  let last;
  void fetch(at("/json/lifecycle.json"))
    .then((answer) => answer.json())
    .then((lifecycle) => {
      picture = stateChart(lifecycle);
      place.append(picture.element);
      if (last !== undefined) picture.light(last.state, last.steps);
    });
  return {
    update(body) {
      last = body;
      say(sentence(body));
      picture?.light(body.state, body.steps);
      drawFacts(facts, body);
      noStory.hidden = body.steps.length > 0;
      drawStory(body.steps.map((step, at) => ({ ...step, at, next: body.steps[at + 1] })));
      inputs.update(body.inputs);
      inputCard.say(
        body.inputCount > body.inputs.length ? `the first ${body.inputs.length} of ${count(body.inputCount)}` : "",
      );
      readers.update(body.readers);
    },
  };
}

function sentence({ state, worker, waitingFor, bytes: size, lacks, error }) {
  if (state === "memory") return `Its result, ${bytes(size)}, lies on ${worker}.`;
  if (state === "processing") return `It is at ${worker}.`;
  if (state === "erred") return error ?? "It failed.";
  if (state === "racing") return `It is at ${worker}, and takes so long that another worker runs it too.`;
  if (state === "waiting" || state === "assigned") return `It waits for ${plural(waitingFor, "input")}.`;
  if (lacks !== null) return `It waits for ${lacks}, and there is none: start one, or ask for less.`;
  if (state === "ready") return "It may run as soon as a worker has room.";
  return "Nobody needs its result now.";
}

function drawFacts(facts, body) {
  const rows = [
    ["State", stateLabel(body.state)],
    ["Kind", body.prefix],
    ["Worker", body.worker === null ? "none" : workerLink(body.worker)],
    [
      "Holders",
      body.holders.length === 0
        ? "none"
        : h("span", {}, ...body.holders.flatMap((id, at) => [at > 0 ? ", " : "", workerLink(id)])),
    ],
    ["Result", body.state === "memory" ? bytes(body.bytes) : "none"],
    ["Waits for", body.lacks ?? (body.waitingFor > 0 ? plural(body.waitingFor, "input") : "nothing that is missing")],
    ["Attempt", body.attempt === 0 ? "none yet" : String(body.attempt)],
    ["Futures that want it", count(body.wants)],
    ["Tasks that read it", count(body.dependents)],
    ["Retries left", count(body.retriesLeft)],
    ["Workers it may have ended", count(body.kills)],
  ];
  if (facts.children.length === 0) facts.append(...rows.flatMap(([name]) => [h("dt", {}, name), h("dd")]));
  rows.forEach(([, value], at) => {
    const cell = facts.children[2 * at + 1];
    if (typeof value === "string") setText(cell, value);
    else if (cell.innerHTML !== value.outerHTML) cell.replaceChildren(value);
  });
}

const makeStep = () => h("li", {}, h("time"), h("b"), h("div", {}));

function updateStep(item, { agoMs, event, to, worker, next }) {
  const [time, name, said] = item.children;
  item.style.setProperty("--dot", stateColor(to));
  setText(time, next === undefined ? `${duration(agoMs)} ago` : `for ${duration(Math.max(0, agoMs - next.agoMs))}`);
  setText(name, to);
  setText(said, worker === null ? words(event) : `${words(event)}, ${worker}`);
}

function nearList(nothing) {
  const list = h("ul", { class: "near" });
  const empty = h("p", { class: "empty" }, nothing);
  const draw = keyed(
    list,
    ({ key }) => key,
    ({ key }) => h("li", {}, h("a", { class: "chip mono", href: `/tasks/${encodeURIComponent(key)}` }, key)),
    (item, { state }) => {
      const known = STATES.includes(state) ? state : "waiting";
      item.firstChild.style.setProperty("--dot", `var(--s-${known})`);
      item.firstChild.title = state;
    },
  );
  return {
    elements: [list, empty],
    update(tasks) {
      empty.hidden = tasks.length > 0;
      draw(tasks);
    },
  };
}
