import { Config } from "../../../runtime/base/config.ts";
import { CONFIG_OPTIONS, type ConfigName, findOption } from "../../../runtime/base/config-options.ts";
import { setInUserFile } from "../../../runtime/base/config-sources.ts";
import { ShoalError } from "../../../runtime/base/errors.ts";
import type { Command } from "../command.ts";
import { tableLines } from "../terminal.ts";

const USAGE = "list | get NAME | set NAME VALUE | find NAME";

export const configCommand: Command = {
  name: "config",
  summary: "Shows and sets options of this user's configuration.",
  usage: USAGE,
  flags: { json: { type: "boolean", help: "What list and get print, as JSON" } },
  notes: [
    "  shoal config list                       every option, with what it is set to",
    "  shoal config get local.workers          what holds here; exit code 1 where nothing is said",
    "  shoal config set local.workers 4        in ~/.config/shoal/config.json, or below $XDG_CONFIG_HOME",
    "  shoal config find local.workers         files and variables that say something of it, the last wins",
  ],
  run: async ({ values, positionals }, { env, print }) => {
    const [verb = "list", name, ...rest] = positionals;
    const config = new Config(env);
    const isJson = values["json"] === true;
    switch (verb) {
      case "list":
        for (const line of isJson ? [JSON.stringify(config.all())] : listLines(config)) print(line);
        return 0;
      case "get": {
        const value = config.get(optionOf(name));
        if (value !== undefined) print(isJson ? JSON.stringify(value) : String(value));
        return value === undefined ? 1 : 0;
      }
      case "set":
        if (rest[0] === undefined) throw new SyntaxError(`shoal config ${USAGE}`);
        print(`Written to ${setInUserFile(env, optionOf(name), rest[0])}`);
        return 0;
      case "find": {
        const found = config.sources(optionOf(name));
        for (const { where, value } of found) print(`${where}: ${JSON.stringify(value)}`);
        return found.length === 0 ? 1 : 0;
      }
      default:
        throw new SyntaxError(`shoal config takes ${USAGE}, not "${verb}"`);
    }
  },
};

function optionOf(name: string | undefined): ConfigName {
  if (name === undefined) throw new SyntaxError(`shoal config takes ${USAGE}`);
  const known = findOption(name);
  if (known === undefined)
    throw new ShoalError(`There is no option ${name}; shoal config list shows all`, { code: "CONFIG" });
  return known;
}

const listLines = (config: Config): readonly string[] =>
  tableLines(
    Object.entries(CONFIG_OPTIONS).map(([name, { doc }]) => {
      const value = config.get(name as ConfigName);
      return { option: name, value: value === undefined ? "-" : JSON.stringify(value), sets: doc };
    }),
  );
