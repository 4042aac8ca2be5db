// Stealing: how evenly work lies, and what was moved to make it so.
import { chart, stackedBars } from "../charts.js";
import { token } from "../colors.js";
import { card, h, pageHead, setText } from "../dom.js";
import { figureStrip } from "../figures.js";
import { count, duration } from "../format.js";

export function mount(main) {
  const { head, say } = pageHead("Stealing");
  const strip = figureStrip("Stealing in figures");
  const ahead = chart(
    "Work ahead of each worker",
    200,
    (workers) =>
      stackedBars(
        workers.map(({ id }) => id),
        [
          {
            name: "work ahead",
            color: token("s-processing"),
            values: workers.map((one) => one.occupancyUs / 1000 / one.slots),
          },
        ],
        duration,
      ),
    { describe: (workers) => workers.map(({ id, occupancyUs }) => `${id} ${duration(occupancyUs / 1000)}`).join(", ") },
  );
  const moves = chart("Tasks given away and taken", 200, ({ workers, by }) =>
    stackedBars(
      workers.map(({ id }) => id),
      [
        { name: "taken", color: token("s-memory"), values: workers.map(({ id }) => by[id]?.taken ?? 0) },
        { name: "given away", color: token("s-ready"), values: workers.map(({ id }) => by[id]?.given ?? 0) },
      ],
      count,
    ),
  );
  const movesCard = card("By worker", { width: "w6" }, moves.element);
  const about = h("p", { class: "empty" });
  main.append(
    head,
    strip.element,
    h(
      "div",
      { class: "row" },
      card("Work ahead", { width: "w6", note: "estimated run time of what was sent, by slot" }, ahead.element).element,
      movesCard.element,
    ),
    about,
  );
  return {
    update({ stealing, workers }) {
      const figures = Object.entries(stealing ?? {}).filter(([, n]) => typeof n === "number");
      say("A worker that runs dry takes tasks from one that has too many.");
      strip.element.hidden = figures.length === 0;
      strip.update(
        figures.map(([name, n]) => ({
          name: name.replace(/[A-Z]/g, (char) => ` ${char.toLowerCase()}`).replace(/^./, (char) => char.toUpperCase()),
          value: count(n),
        })),
      );
      const by = stealing?.workers ?? {};
      const isMoved = Object.values(by).some(({ taken = 0, given = 0 }) => taken + given > 0);
      setText(about, "No task has gone from one worker to another: work lies evenly, or there is too little of it.");
      about.hidden = isMoved;
      movesCard.element.hidden = !isMoved;
      for (const one of [ahead, moves]) one.height(Math.max(200, 40 + workers.length * 26));
      ahead.update(workers);
      if (isMoved) moves.update({ workers, by });
    },
  };
}
