import { type BindChart, bindChart } from "./bound-chart.ts";
import { impossiblePair } from "./chart.ts";

/**
 * Steps of an actor's charts that must never happen. Where tests run, the first one throws; where users' work runs, the row keeps
 * its state, the step is counted, and the actor makes its peers tell it anew what is so.
 */
export class Doubts {
  /** How often it happened. */
  count = 0;
  /** Runs charts so that such a step is noted here. */
  readonly bind: BindChart;
  private readonly fresh: string[] = [];

  /** @param bind how the charts are run otherwise */
  constructor(bind: BindChart = bindChart) {
    this.bind = (chart, binding) =>
      bind(chart, {
        ...binding,
        onImpossible: (row, state, event) => {
          this.count += 1;
          if (this.fresh.length < TOLD_MAX) this.fresh.push(`row ${row}: ${impossiblePair(chart, state, event)}`);
        },
      });
  }

  /** What happened since it was asked last. */
  take(): readonly string[] {
    return this.fresh.length === 0 ? NOTHING : this.fresh.splice(0);
  }
}

const TOLD_MAX = 8;
const NOTHING: readonly string[] = [];
