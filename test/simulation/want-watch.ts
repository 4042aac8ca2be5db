import { lengthAhead } from "../../actors/scheduler/longer-column.ts";
import type { WantList } from "../../actors/scheduler/want-list.ts";

/**
 * A list of wants takes no more room than its wants need, and grows before it must: what was let go of is used again, and of what is nearly full a
 * column grows at a time.
 * @param fail told of room that is taken for nothing, or too late
 */
export function watchWants(wants: WantList, fail: (error: Error) => void): void {
  const { add, growAhead } = wants;
  const lengths = (): number => wants["client"].length + wants["handle"].length + wants["next"].length;
  wants.add = (head, client, handle) => {
    const end = wants["end"];
    const isFree = wants["freeHead"] !== 0;
    const at = add.call(wants, head, client, handle);
    if (isFree && wants["end"] !== end) fail(new Error(`want ${at} is a new one though others are free`));
    return at;
  };
  wants.growAhead = () => {
    const before = lengths();
    const isNearlyFull = lengthAhead(wants["end"], wants["next"].length) !== undefined;
    growAhead.call(wants);
    if (lengths() > before !== isNearlyFull) fail(new Error("a list of wants grows exactly while it is nearly full"));
  };
}
