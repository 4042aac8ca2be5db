import type { Asker, Holder, SharedItem } from "./coordination-out.ts";
import type { AcquireRequest } from "./lease-table.ts";

/** What the coordination actor is asked. Each is answered once; one with a known ticket is the same request again. */
export type CoordinationRequest =
  | ({ readonly op: "acquire" } & AcquireRequest)
  | ({ readonly op: "leases"; readonly name: string } & Asker)
  /** What a ticket stands for is released, given back, or waited for no longer. */
  | ({ readonly op: "drop"; readonly dropped: string } & Asker)
  | ({ readonly op: "eventSet" | "eventClear" | "eventIsSet" | "eventWait"; readonly name: string } & Asker)
  | ({ readonly op: "put"; readonly name: string; readonly sizeMax: number; readonly item: SharedItem } & Asker)
  | ({
      readonly op: "take";
      readonly name: string;
      readonly sizeMax: number;
      readonly countMax: number;
    } & Asker)
  | ({ readonly op: "size"; readonly name: string } & Asker)
  /** What a ticket brought has arrived; the asker's handles from `firstHandle` on stand for its futures from now on. */
  | ({ readonly op: "arrived"; readonly arrived: string; readonly firstHandle: number } & Asker)
  | ({ readonly op: "set"; readonly name: string; readonly item: SharedItem; readonly isNew: boolean } & Asker)
  | ({ readonly op: "read"; readonly name: string; readonly wait: boolean } & Asker)
  | ({ readonly op: "remove"; readonly name: string } & Asker)
  | ({ readonly op: "names"; readonly prefix: string } & Asker)
  | ({ readonly op: "log"; readonly topic: string; readonly at: number; readonly bytes: Uint8Array } & Asker)
  | ({ readonly op: "logged"; readonly topic: string } & Asker)
  | ({
      readonly op: "actorRegister";
      readonly id: string;
      readonly worker: string;
      readonly owner: Holder | undefined;
      readonly recipe: Uint8Array;
      /** Of the worker that made it, as its host said. */
      readonly life?: number | undefined;
    } & Asker)
  | ({
      readonly op: "actorSnapshot";
      readonly id: string;
      readonly bytes: Uint8Array;
      /** The worker that has the instance and tells of it. */
      readonly worker?: string;
    } & Asker)
  | ({ readonly op: "actorWhere" | "actorStop"; readonly id: string } & Asker)
  | ({ readonly op: "actorCounts" } & Asker)
  /** Handles from `firstHandle` on for tasks by their keys; which of them are known is answered. */
  | ({ readonly op: "want"; readonly keys: readonly string[]; readonly firstHandle: number } & Asker)
  /** Tasks run to their end whoever wants them. */
  | ({ readonly op: "forget"; readonly keys: readonly string[] } & Asker)
  /** The holder is gone, of its own accord. */
  | ({ readonly op: "leave" } & Asker);
