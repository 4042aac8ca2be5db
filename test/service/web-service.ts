import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import {
  CancelledError,
  type Client,
  type Future,
  OverloadedError,
  type SharedEvent,
  TimeoutError,
  taskScope,
} from "shoal";

/** How many requests may wait for computations at a time, and how long each may take. */
export interface ServiceOptions {
  readonly mostAtOnce?: number;
  readonly timeout?: number | string;
}

/**
 * A web service whose answers are small Shoal computations: what a request began ends with it. It takes a client that is open, and
 * leaves closing it to whoever opened it.
 */
export function webService(client: Client, { mostAtOnce = 200, timeout = "2s" }: ServiceOptions = {}): FastifyInstance {
  // Connections that stay open without a request do not keep the service from closing for long.
  const service = fastify({ logger: false, forceCloseConnections: "idle", keepAliveTimeout: 1000 });
  let working = 0;

  /** Answers with a future's value; the future is cancelled when the asker goes away. */
  async function answer<T>(request: FastifyRequest, begin: (signal: AbortSignal) => Future<T>): Promise<T> {
    if (working >= mostAtOnce)
      throw new OverloadedError(`${working} computations are under way; try again soon`, { mostAtOnce });
    working += 1;
    const gone = new AbortController();
    const leave = (): void => gone.abort(new CancelledError("The client disconnected"));
    request.raw.socket.once("close", leave);
    try {
      const future = begin(gone.signal);
      try {
        return await future.result({ timeout, signal: gone.signal });
      } catch (error) {
        // Too late for the asker: the work is of no use any more.
        if (error instanceof TimeoutError) future.cancel("it took too long");
        throw error;
      } finally {
        future.release();
      }
    } finally {
      working -= 1;
      request.raw.socket.removeListener("close", leave);
    }
  }

  service.get<{ Params: { n: string } }>("/score/:n", async (request) => {
    const score = await answer(request, (signal) =>
      client.submit(scoreOf, Number(request.params.n), { signal, priority: AHEAD }),
    );
    return { score };
  });

  service.get<{ Params: { name: string } }>("/slow/:name", async (request) => {
    const { name } = request.params;
    const [started, stopped] = [client.event(`started ${name}`), client.event(`stopped ${name}`)];
    const value = await answer(request, (signal) =>
      client.submit(slowly, started, stopped, { signal, priority: AHEAD }),
    );
    return { value };
  });

  service.setErrorHandler((error, _request, reply: FastifyReply) => {
    if (error instanceof OverloadedError) return reply.code(503).header("retry-after", "1").send({ error: error.code });
    if (error instanceof TimeoutError) return reply.code(504).send({ error: error.code });
    return reply.code(500).send({ error: (error as { code?: string }).code ?? "INTERNAL" });
  });
  return service;
}

/** What somebody waits for goes before what runs beside it. */
const AHEAD = 10;

/** A sum that takes some microseconds. */
const scoreOf = (n: number): number => {
  let score = 0;
  for (let i = 1; i <= 200; i++) score = (score + n * i) % 1009;
  return score;
};

/** Work without end, but for its signal; it says when it begins and when it is stopped. */
const slowly = async (started: SharedEvent, stopped: SharedEvent): Promise<string> => {
  const { signal } = taskScope();
  await started.set();
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  await stopped.set();
  return "stopped";
};
