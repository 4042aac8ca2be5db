/** What plugins of a scheduler hear of. */
export type SchedulerHappening =
  | {
      readonly kind: "transition";
      readonly key: string;
      readonly from: string;
      readonly to: string;
      readonly worker: string | undefined;
    }
  | { readonly kind: "updateGraph"; readonly client: string; readonly tasks: number }
  | { readonly kind: "addWorker"; readonly worker: string }
  | { readonly kind: "removeWorker"; readonly worker: string; readonly reason: string }
  | { readonly kind: "addClient" | "removeClient"; readonly client: string }
  | { readonly kind: "restart"; readonly workers: readonly string[] };

/** What happened in a turn, in its order; noted only while somebody is to hear of it. */
export interface Happenings {
  readonly events: SchedulerHappening[];
  /** Whether steps of tasks are noted too. */
  withTransitions: boolean;
}
