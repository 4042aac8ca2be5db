import { once } from "node:events";

/** A module that takes until the worker's parent has gone, or has said that it goes. */
process.stdout.write("loading\n");
await Promise.race([once(process, "disconnect"), once(process, "message")]);
