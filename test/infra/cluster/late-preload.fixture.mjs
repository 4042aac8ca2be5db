import { once } from "node:events";

/** A module that takes until the worker's parent has gone. */
process.stdout.write("loading\n");
await once(process, "disconnect");
