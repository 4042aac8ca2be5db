import { ShoalError, unreachable } from "../../runtime/base/errors.ts";
import { ActorRegistry, type Presence, type RegistryOut } from "./actor-registry.ts";
import type { Asker, Holder } from "./coordination-out.ts";
import type { CoordinationRequest } from "./coordination-request.ts";
import { EventLog } from "./event-log.ts";
import { EventTable } from "./event-table.ts";
import { LeaseTable } from "./lease-table.ts";
import { QueueTable } from "./queue-table.ts";
import { ShelfTable } from "./shelf-table.ts";

interface Kept {
  readonly holder: Holder;
  readonly family: Family;
}

/** Where a ticket may stand in a table after its request was taken. */
type Family = "leases" | "events" | "queues" | "shelf";

/**
 * Everything that clients and tasks share, without its shell: synchronous, deterministic. Whatever waits or holds something
 * does so under a ticket of a holder, and goes with it.
 */
export class CoordinationBrain {
  readonly leases: LeaseTable;
  readonly events = new EventTable();
  readonly queues = new QueueTable();
  readonly shelf = new ShelfTable();
  readonly actors = new ActorRegistry();
  private readonly log = new EventLog();
  private readonly tickets = new Map<string, Kept>();
  private readonly holders = new Map<Holder, Set<string>>();

  constructor(epoch: number) {
    this.leases = new LeaseTable(epoch);
  }

  /** Whether a ticket waits for something or holds it. */
  knows(ticket: string): boolean {
    return this.tickets.has(ticket);
  }

  step(request: CoordinationRequest, out: RegistryOut): void {
    const { ticket } = request;
    switch (request.op) {
      case "acquire":
        this.keep(request, "leases");
        return this.leases.acquire(request, out);
      case "leases":
        return out.answer(ticket, this.leases.peek(request.name));
      case "drop":
        return out.answer(ticket, this.drop(request.dropped, out));
      case "put":
        this.keep(request, "queues");
        return this.queues.put(request.name, request.sizeMax, request, request.item, out);
      case "take":
        this.keep(request, "queues");
        return this.queues.take(request.name, request.sizeMax, request, request.countMax, out);
      case "size":
        return out.answer(ticket, this.queues.size(request.name));
      case "arrived":
        this.arrived(request.arrived, out);
        return out.answer(ticket, true);
      case "log":
        this.log.add(request.topic, { at: request.at, bytes: request.bytes });
        return out.answer(ticket, true);
      case "logged":
        return out.answer(ticket, this.log.get(request.topic));
      case "leave":
        this.gone(request.holder, out);
        return out.answer(ticket, true);
      case "eventSet":
      case "eventClear":
      case "eventIsSet":
      case "eventWait":
        return this.event(request, out);
      case "set":
      case "read":
      case "remove":
      case "names":
        return this.shelve(request, out);
      case "actorRegister":
      case "actorSnapshot":
      case "actorWhere":
      case "actorStop":
      case "actorCounts":
        return this.actor(request, out);
      case "want":
      case "forget":
        throw new TypeError(`${request.op} is for the scheduler's side`);
      default:
        return unreachable(request);
    }
  }

  /** Lets go of what the gone held, and moves actors of gone workers. */
  review(presence: Presence, out: RegistryOut): void {
    for (const holder of [...this.holders.keys()]) if (!presence.isPresent(holder)) this.leave(holder, out);
    this.actors.review(presence, out);
  }

  /** A holder is gone. */
  leave(holder: Holder, out: RegistryOut): void {
    out.left?.(holder);
    this.gone(holder, out);
  }

  /** Whether nothing is shared, held or waited for. */
  get isEmpty(): boolean {
    const { queues, shelf, actors, events } = this;
    return this.tickets.size === 0 && [queues, shelf, actors, events].every((table) => table.isEmpty);
  }

  /** All of it, as plain data. */
  dump(): unknown {
    const { leases, events, queues, shelf, actors, log } = this;
    const tables = { leases, events, queues, shelf, actors, log };
    const dumped = Object.entries(tables).map(([name, table]) => [name, table.dump()]);
    return { ...Object.fromEntries(dumped), tickets: [...this.tickets] };
  }

  load(dumped: unknown): void {
    const { leases, events, queues, shelf, actors, log } = this;
    const { tickets, ...rest } = dumped as { tickets: [string, Kept][] } & Record<string, unknown>;
    for (const [name, table] of Object.entries({ leases, events, queues, shelf, actors, log })) table.load(rest[name]);
    for (const [ticket, { holder, family }] of tickets) this.keep({ ticket, holder }, family);
  }

  /** The keys of the futures that a ticket brought and that have not arrived. */
  keysInTransit(ticket: string): readonly string[] {
    return [...this.queues.keysInTransit(ticket), ...this.shelf.keysInTransit(ticket)];
  }

  private gone(holder: Holder, out: RegistryOut): void {
    for (const ticket of [...(this.holders.get(holder) ?? [])]) this.drop(ticket, out);
  }

  private drop(ticket: string, out: RegistryOut): boolean {
    const known = this.tickets.get(ticket);
    if (known === undefined) return false;
    this.forget(ticket);
    if (known.family === "events") return this.events.drop(ticket);
    return this[known.family].drop(ticket, out);
  }

  private arrived(ticket: string, out: RegistryOut): void {
    this.queues.arrived(ticket, out);
    this.shelf.arrived(ticket, out);
    this.forget(ticket);
  }

  private keep({ ticket, holder }: Asker, family: Family): void {
    this.tickets.set(ticket, { holder, family });
    const tickets = this.holders.get(holder);
    if (tickets === undefined) this.holders.set(holder, new Set([ticket]));
    else tickets.add(ticket);
  }

  /** A ticket was answered: it is remembered if it holds something. */
  answered(ticket: string): void {
    const family = this.tickets.get(ticket)?.family;
    if (family !== undefined && (family === "events" || !this[family].holds(ticket))) this.forget(ticket);
  }

  /** Answers once more what was answered and has not arrived. */
  again(ticket: string, out: RegistryOut): void {
    this.queues.again(ticket, out);
    this.shelf.again(ticket, out);
  }

  forget(ticket: string): void {
    const known = this.tickets.get(ticket);
    if (known === undefined) return;
    this.tickets.delete(ticket);
    const tickets = this.holders.get(known.holder);
    tickets?.delete(ticket);
    if (tickets?.size === 0) this.holders.delete(known.holder);
  }

  private event(request: CoordinationRequest & { op: `event${string}`; name: string }, out: RegistryOut): void {
    const { op, name, ticket } = request;
    if (op === "eventSet") this.events.raise(name, out);
    else if (op === "eventClear") this.events.clear(name);
    else if (op === "eventWait") {
      this.keep(request, "events");
      return this.events.wait(name, request, out);
    }
    out.answer(ticket, this.events.isSet(name));
  }

  private shelve(request: CoordinationRequest & { op: "set" | "read" | "remove" | "names" }, out: RegistryOut): void {
    const { ticket } = request;
    if (request.op === "names") return out.answer(ticket, this.shelf.names(request.prefix));
    if (request.op === "remove") return out.answer(ticket, this.shelf.remove(request.name, out));
    if (request.op === "read") {
      this.keep(request, "shelf");
      return this.shelf.read(request.name, request, request.wait, out);
    }
    if (request.isNew && this.shelf.has(request.name)) {
      out.letGo(request.item.keys);
      const name = request.name.slice(request.name.indexOf("/") + 1);
      return out.fail(
        ticket,
        new ShoalError(`"${name}" is published already: unpublish it first, or choose another name`, {
          code: "NAME_TAKEN",
          details: { name },
        }),
      );
    }
    this.shelf.set(request.name, request.item, out);
    out.answer(ticket, true);
  }

  private actor(request: CoordinationRequest & { op: `actor${string}` }, out: RegistryOut): void {
    const { ticket } = request;
    if (request.op === "actorCounts") return out.answer(ticket, this.actors.counts());
    if (request.op === "actorWhere") return out.answer(ticket, this.actors.where(request.id));
    if (request.op === "actorRegister") this.actors.register(request);
    else if (request.op === "actorSnapshot") this.actors.snapshot(request.id, request.bytes, request.worker);
    else this.actors.stop(request.id, out);
    out.answer(ticket, true);
  }
}
