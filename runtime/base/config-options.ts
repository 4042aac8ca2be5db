import { COMPRESSIONS, type Compression } from "./compression.ts";
import { parseLogFormat, parseLogLevel, parseLogLevels } from "./log-options.ts";
import { parseBytes, parseDurationMs } from "./units.ts";

/** What can be configured, by name. Docs and checks stand in {@link CONFIG_OPTIONS}. */
export interface ConfigValues {
  "local.mode": "inline" | "threads" | "processes" | "nats";
  "local.workers": number;
  "local.slots": number;
  "local.memory-limit": number | string;
  "worker.nice": number;
  "worker.connections.outgoing": number;
  "worker.connections.incoming": number;
  "local.cache": number | string;
  "connect.url": string;
  "connect.cluster": string;
  "connect.timeout": number | string;
  "tls.ca-file": string;
  "tls.cert-file": string;
  "tls.key-file": string;
  "tls.require-encryption": boolean;
  "comm.compression": Compression;
  "compute.timeout": number | string;
  "compute.priority": number;
  "compute.retries": number;
  "compute.optimize": boolean;
  "delayed.pure": boolean;
  "bag.block-bytes": number | string;
  "array.openblas": boolean;
  "array.spare-threads": number;
  "dataframe.shuffle.method": "exchange" | "tasks" | "disk";
  "dataframe.parquet.partition-bytes-min": number | string;
  "tokenize.ensure-deterministic": boolean;
  "log.level": string;
  "log.levels": string;
  "log.format": string;
}

export type ConfigName = keyof ConfigValues;

/** One option: what it does, and what it may be. */
export interface ConfigOption {
  readonly doc: string;
  /** What a value must be, for people. */
  readonly expects: string;
  allows(value: unknown): boolean;
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isFlag = (value: unknown): boolean => typeof value === "boolean";
const isCount = (least: number) => (value: unknown) => Number.isInteger(value) && (value as number) >= least;

/** Whether a parser takes it. */
function parses(parse: (value: string | number) => number): (value: unknown) => boolean {
  return (value) => {
    if (typeof value !== "string" && typeof value !== "number") return false;
    try {
      return parse(value) >= 0;
    } catch {
      return false;
    }
  };
}

/** Whether a parser of text takes it. */
const reads = (parse: (text: string) => unknown) => (value: unknown) => {
  try {
    parse(value as string);
    return typeof value === "string";
  } catch {
    return false;
  }
};

const option = (doc: string, expects: string, allows: (value: unknown) => boolean): ConfigOption => ({
  doc,
  expects,
  allows,
});
const MODES = ["inline", "threads", "processes", "nats"];
const METHODS = ["exchange", "tasks", "disk"];

/** Every option there is: a name that stands here nowhere is a mistake, wherever it was written. */
export const CONFIG_OPTIONS: Readonly<Record<ConfigName, ConfigOption>> = {
  "local.mode": option("mode of Client.local()", `one of ${MODES.join(", ")}`, (value) =>
    MODES.includes(value as string),
  ),
  "local.workers": option("workers of Client.local()", "a whole number from 1 on", isCount(1)),
  "local.slots": option("tasks at a time in a worker of Client.local()", "a whole number from 1 on", isCount(1)),
  "local.memory-limit": option("memory of each worker of Client.local()", 'bytes, such as "2 GiB"', parses(parseBytes)),
  "worker.nice": option(
    "how far threads that compute give way to others, on Linux",
    "a whole number from 0 to 19",
    (value) => isCount(0)(value) && (value as number) <= 19,
  ),
  "worker.connections.outgoing": option(
    "workers that a worker asks for results at a time",
    "a whole number from 1 on",
    isCount(1),
  ),
  "worker.connections.incoming": option(
    "questions for its results that a worker answers at a time",
    "a whole number from 1 on",
    isCount(1),
  ),
  "local.cache": option(
    "results that Client.local() keeps when nobody asks for them any more",
    'bytes, such as "2 GB"',
    parses(parseBytes),
  ),
  "connect.url": option("the NATS server of Client.connect()", "an address", isText),
  "connect.cluster": option("the cluster of Client.connect()", "a name", isText),
  "connect.timeout": option("how long Client.connect() waits", 'a duration, such as "30s"', parses(parseDurationMs)),
  "tls.ca-file": option("the authority that signed the certificates of NATS servers", "a path", isText),
  "tls.cert-file": option("the certificate that this machine's programs show NATS servers", "a path", isText),
  "tls.key-file": option("the key of that certificate", "a path", isText),
  "tls.require-encryption": option("whether NATS servers without TLS are refused", "true or false", isFlag),
  "comm.compression": option(
    "whether large values that travel between processes are made smaller, where a sample shows that it pays",
    `one of ${COMPRESSIONS.join(", ")}`,
    (value) => COMPRESSIONS.includes(value as Compression),
  ),
  "compute.timeout": option("how long a computation may take", 'a duration, such as "30s"', parses(parseDurationMs)),
  "compute.priority": option("priority of computations: higher runs earlier", "a number", (value) =>
    Number.isFinite(value),
  ),
  "compute.retries": option("how often a task that throws is run again", "a whole number from 0 on", isCount(0)),
  "compute.optimize": option("whether graphs are fused before they run", "true or false", isFlag),
  "delayed.pure": option("whether lazy functions are pure unless they say", "true or false", isFlag),
  "bag.block-bytes": option(
    "partitions that readText() cuts files into",
    'bytes, such as "64 MiB"',
    parses(parseBytes),
  ),
  "array.openblas": option(
    "whether products and decompositions of arrays use the system's OpenBLAS where there is one",
    "true or false",
    isFlag,
  ),
  "array.spare-threads": option(
    "threads that help the main thread with loops over large blocks where it computes itself",
    "a whole number from 0 on",
    isCount(0),
  ),
  "dataframe.shuffle.method": option(
    "how rows of tables come to the partitions they belong to",
    `one of ${METHODS.join(", ")}`,
    (value) => METHODS.includes(value as string),
  ),
  "dataframe.parquet.partition-bytes-min": option(
    "how large partitions of readParquet() are made at least, of several small files each",
    'bytes, such as "64 MiB"',
    parses(parseBytes),
  ),
  "tokenize.ensure-deterministic": option(
    "whether tokenize() fails on what it would give a new token each time",
    "true or false",
    isFlag,
  ),
  "log.level": option(
    "the least grave entries of a cluster's log that its scheduler writes to stderr",
    "one of info, warn, error, silent",
    reads(parseLogLevel),
  ),
  "log.levels": option(
    "the same by what entries are about",
    'levels of worker, client, task, submission and plugin, such as "task=error, worker=info"',
    reads(parseLogLevels),
  ),
  "log.format": option(
    "how a line of it looks",
    '"json", or a text with {time}, {level}, {about}, {name}, {text}, {cluster}',
    reads(parseLogFormat),
  ),
};

/** An option by any spelling of its name: hyphens and underscores are the same. */
export function findOption(name: string): ConfigName | undefined {
  const plain = name.replaceAll("_", "-").toLowerCase();
  return Object.hasOwn(CONFIG_OPTIONS, plain) ? (plain as ConfigName) : undefined;
}
