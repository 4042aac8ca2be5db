/** What was logged under a topic. */
export interface LoggedEvent {
  /** Milliseconds since 1970, where it was logged. */
  readonly at: number;
  /** The message, encoded. */
  readonly bytes: Uint8Array;
}

const EVENTS_PER_TOPIC_MAX = 1000;
const TOPICS_MAX = 1000;

/** The last events of each topic. */
export class EventLog {
  private readonly topics = new Map<string, LoggedEvent[]>();

  add(topic: string, event: LoggedEvent): void {
    let events = this.topics.get(topic);
    if (events === undefined) {
      if (this.topics.size >= TOPICS_MAX) this.topics.delete(this.topics.keys().next().value as string);
      this.topics.set(topic, (events = []));
    }
    events.push(event);
    if (events.length > EVENTS_PER_TOPIC_MAX) events.shift();
  }

  /** All of it, as plain data. */
  dump(): unknown {
    return [...this.topics];
  }

  load(dumped: unknown): void {
    for (const [topic, events] of dumped as [string, LoggedEvent[]][]) this.topics.set(topic, [...events]);
  }

  get(topic: string): readonly LoggedEvent[] {
    return this.topics.get(topic) ?? [];
  }
}
