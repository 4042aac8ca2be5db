import { ShoalError } from "../../../runtime/base/errors.ts";
import type { Command } from "../command.ts";

export const demoCommand: Command = {
  name: "demo",
  summary: "Tables, bags, arrays and plain functions over real data, on this machine.",
  usage: "[--mode MODE] [--workers N]",
  flags: {
    mode: { type: "string", value: "MODE", help: "inline, threads (default), processes or nats" },
    workers: { type: "string", short: "w", value: "N", help: "Default 2" },
  },
  run: async ({ values }) => {
    // The demo reads its own flags, as `npm run demo` does.
    const flags = ["mode", "workers"].flatMap((name) => {
      const value = values[name];
      return typeof value === "string" ? [`--${name}`, value] : [];
    });
    process.argv = [process.argv[0] as string, "demo", ...flags];
    try {
      await import("../../demo/demo.ts");
    } catch (cause) {
      const missing = /Cannot find (?:package|module) '(vega-datasets|nlp-corpus)/.exec(String(cause))?.[1];
      if (missing === undefined) throw cause;
      throw new ShoalError(
        "The demo's data are not installed: npm install --no-save vega-datasets@3 nlp-corpus@4, then run it again",
        { code: "MISSING_LIBRARY", cause },
      );
    }
    return Number(process.exitCode ?? 0);
  },
};
