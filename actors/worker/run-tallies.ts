import type { ActivityMeter, Tally } from "../../runtime/base/activity-meter.ts";
import type { LayerDefinition } from "../../runtime/protocol/wire-layer.ts";
import { kindOf } from "./kind-of.ts";

/** What tasks take, by kind and span: a comparison and three additions a task where it is like the one before. */
export class RunTallies {
  private readonly meter: ActivityMeter;
  private layer: LayerDefinition | undefined;
  private call = 0;
  private run: Tally | undefined;

  constructor(meter: ActivityMeter) {
    this.meter = meter;
  }

  /** A task's function ran and gave so many bytes. */
  ran(layer: LayerDefinition, call: number, ms: number, bytes: number): void {
    if (layer !== this.layer || call !== this.call || this.run === undefined) {
      this.run = this.of("run", layer, call);
      this.layer = layer;
      this.call = call;
    }
    this.run.add(Math.max(0, ms), bytes);
  }

  /** It threw, or was given up. */
  failed(layer: LayerDefinition, call: number, ms: number): void {
    this.of("fail", layer, call).add(Math.max(0, ms));
  }

  of(activity: string, layer: LayerDefinition, call: number): Tally {
    return this.meter.of("execute", activity, kindOf(layer, call), layer.annotations?.span);
  }
}
