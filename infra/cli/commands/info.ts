import { hostname } from "node:os";
import { memoryConfig } from "../../../collections/futures/memory-options.ts";
import { cpuCount } from "../../../runtime/base/cpu-count.ts";
import { formatBytes } from "../../../runtime/base/units.ts";
import { VERSION } from "../../../runtime/base/version.ts";
import type { Command } from "../command.ts";
import { optionalLibraries } from "../optional-libraries.ts";

export const infoCommand: Command = {
  name: "info",
  summary: "Shows what this installation and this machine have: versions, processors, memory, optional libraries.",
  usage: "[--json]",
  flags: { json: { type: "boolean", help: "The same as JSON, for reports of faults" } },
  run: async ({ values }, { print }) => {
    const processors = cpuCount();
    const { limitBytes } = memoryConfig({}, processors, "process");
    const info = {
      shoal: VERSION,
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      host: hostname(),
      processors,
      memoryPerWorker: limitBytes === undefined ? "no limit" : formatBytes(limitBytes),
      libraries: await optionalLibraries(),
    };
    if (values["json"] === true) print(JSON.stringify(info));
    else {
      const { libraries, ...facts } = info;
      for (const [name, value] of Object.entries(facts)) print(`${name.padEnd(18)} ${value}`);
      for (const [name, version] of Object.entries(libraries)) print(`${name.padEnd(18)} ${version}`);
    }
    return 0;
  },
};
