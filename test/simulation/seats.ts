import { clientActor } from "../../actors/client/client.ts";
import { ClientSession } from "../../actors/client/client-session.ts";
import type { ActorSystem } from "../../runtime/actor/system.ts";
import { SimClient } from "./client.ts";
import { watchGreetings } from "./client-watch.ts";
import type { Heard } from "./heard.ts";
import type { SimBus } from "./network.ts";
import type { Farewell, Scenario } from "./scenario.ts";
import type { SimNode, World } from "./world.ts";

/** The cluster whose clients come and go. */
export interface SeatsHost {
  readonly world: World;
  readonly scenario: Scenario;
  readonly identity: { readonly cluster: string; readonly version: string };
  readonly heard: Heard;
  busOf(node: SimNode): SimBus;
  addNode(id: string, drift: number): void;
  beginLife(id: string): SimNode;
  /** A process is gone that never comes back. */
  forgetNode(id: string): void;
  systemOn(node: SimNode, bus: SimBus): ActorSystem;
  stir(): void;
}

/** So many times as long as a worker's is a client's lease. */
export const CLIENT_LEASES = 20;
/** What it says has left by then. */
const LEAVES_MS = 20;

/** Where clients sit: who goes is followed by another, of a name of its own, that holds nothing. */
export class Seats {
  /** By seat, who sits there. */
  readonly clients = new Map<string, SimClient>();
  /** The system of the first seat's client, for questions. */
  system: ActorSystem | undefined;
  private readonly host: SeatsHost;
  private readonly takings = new Map<string, number>();

  constructor(host: SeatsHost) {
    this.host = host;
  }

  take(seat: string): void {
    const { world, scenario, identity } = this.host;
    const taking = (this.takings.get(seat) ?? 0) + 1;
    this.takings.set(seat, taking);
    const id = taking === 1 ? seat : `${seat}-${taking}`;
    this.host.addNode(id, 1);
    const node = this.host.beginLife(id);
    const bus = this.host.busOf(node);
    const clock = world.clockOf(node);
    const { heartbeatMs, shares } = scenario.options;
    const share = shares?.[Number(seat.slice(1)) - 1];
    const session = new ClientSession({ ...identity, id, bus, clock, heartbeatMs, functions: "any", share });
    watchGreetings(session, (error) => world.fail(error));
    this.listen(session);
    this.clients.set(seat, new SimClient(session));
    const system = this.host.systemOn(node, bus);
    if (this.system === undefined || seat === "c1") this.system = system;
    system.spawn(clientActor(session));
  }

  /** Notes what a client hears. */
  private listen(session: ClientSession): void {
    const take = session.take.bind(session);
    session.take = (message, hasGap) => {
      this.host.heard.note("client", { message });
      take(message, hasGap);
    };
  }

  /** Whoever sits there goes, with all in its hands; the seat is taken again after a while. */
  leave(seat: string, farewell: Farewell, forMs: number): void {
    const client = this.clients.get(seat);
    if (client === undefined) return;
    const { world } = this.host;
    this.clients.delete(seat);
    world.note(`${client.id} says ${farewell} and goes`);
    const end = (): void => {
      this.host.forgetNode(client.id);
      this.host.stir();
    };
    if (farewell === "goodbye") client.session.close();
    world.at(world.now + (farewell === "goodbye" ? LEAVES_MS : 0), "gone", end);
    world.at(world.now + LEAVES_MS + forMs, "seat", () => this.take(seat));
  }
}
