export interface TimedEvent {
  readonly at: number;
  readonly run: () => void;
}

/** Events by time; those of one time in the order in which they came. */
export class EventHeap {
  private readonly items: { readonly event: TimedEvent; readonly order: number }[] = [];
  private order = 0;

  push(event: TimedEvent): void {
    const { items } = this;
    const item = { event, order: this.order++ };
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent] as typeof item;
      if (isBefore(above, item)) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  pop(): TimedEvent | undefined {
    const { items } = this;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined || items.length === 0) return first?.event;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      const right = items[child + 1];
      if (right !== undefined && isBefore(right, items[child] as typeof last)) child += 1;
      const below = items[child] as typeof last;
      if (isBefore(last, below)) break;
      items[at] = below;
      at = child;
    }
    items[at] = last;
    return first.event;
  }
}

const isBefore = (
  a: { readonly event: TimedEvent; readonly order: number },
  b: { readonly event: TimedEvent; readonly order: number },
): boolean => a.event.at < b.event.at || (a.event.at === b.event.at && a.order < b.order);
