import { parseArgs } from "node:util";

/** One flag of a command, as `node:util` parses it, with what help says of it. */
export interface Flag {
  readonly type: "string" | "boolean";
  readonly short?: string;
  readonly multiple?: boolean;
  /** What stands for its value in help: "URL". */
  readonly value?: string;
  readonly help: string;
}

export type FlagValues = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** What a command has of the world. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv;
  /** How wide it is now; undefined where no person looks: a pipe or a file, which gets whole lines and no escape codes. */
  readonly columns?: number | undefined;
  print(line: string): void;
  warn(line: string): void;
  /** Aborted when the program is asked to end (SIGINT, SIGTERM). */
  readonly stop: AbortSignal;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What stands after the name: "[flags] [SUBJECT]". */
  readonly usage: string;
  readonly flags: Readonly<Record<string, Flag>>;
  /** Examples and remarks, each a line. */
  readonly notes?: readonly string[];
  /** Everything after the first positional belongs to the script that is run. */
  readonly passesArgs?: boolean;
  /** @returns the exit code */
  run(given: GivenArgs, terminal: Terminal): Promise<number>;
}

export interface GivenArgs {
  readonly values: FlagValues;
  readonly positionals: readonly string[];
}

const HELP: Flag = { type: "boolean", short: "h", help: "This text" };

/** @throws TypeError naming the flag that is wrong */
export function parseCommandArgs(command: Command, args: readonly string[]): GivenArgs {
  const options = Object.fromEntries(
    Object.entries({ ...command.flags, help: HELP }).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short === undefined ? {} : { short }), ...(multiple === undefined ? {} : { multiple }) },
    ]),
  );
  const [own, rest] = command.passesArgs === true ? splitAtScript(command, args) : [args, []];
  const { values, positionals } = parseArgs({ args: [...own], options, allowPositionals: true, strict: true });
  return { values: values as FlagValues, positionals: [...positionals, ...rest] };
}

/** Flags before the script are the command's; the script and what follows are the script's. */
function splitAtScript(command: Command, args: readonly string[]): [readonly string[], readonly string[]] {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith("-")) return [args.slice(0, i), args.slice(i)];
    const name = arg.replace(/^--?/, "");
    const flag = command.flags[name] ?? Object.values(command.flags).find(({ short }) => short === name);
    if (flag?.type === "string") i += 1;
  }
  return [args, []];
}

/** What `shoal COMMAND --help` prints. */
export function helpText(command: Command): string {
  const rows = Object.entries({ ...command.flags, help: HELP }).map(([name, { short, value, help, type }]) => {
    const shown = type === "boolean" ? "" : ` ${value ?? "TEXT"}`;
    return [`${short === undefined ? "   " : `-${short},`} --${name}${shown}`, help] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = [
    `shoal ${command.name} ${command.usage}`.trimEnd(),
    "",
    command.summary,
    "",
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
  ];
  if (command.notes !== undefined) lines.push("", ...command.notes);
  return lines.join("\n");
}

/** The text of a flag. */
export function textOf(values: FlagValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/** A whole number of at least `min`. @throws RangeError naming the flag */
export function countOf(values: FlagValues, name: string, fallback: number, min = 1): number {
  const text = textOf(values, name);
  if (text === undefined) return fallback;
  const count = Number(text);
  if (!Number.isInteger(count) || count < min)
    throw new RangeError(`--${name} takes a whole number from ${min} on, not "${text}"`);
  return count;
}

/** The texts of a flag that may be given several times. */
export function textsOf(values: FlagValues, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? (value as string[]) : [];
}
