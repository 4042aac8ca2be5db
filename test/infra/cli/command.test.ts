import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Command, countOf, helpText, parseCommandArgs, type Terminal } from "../../../infra/cli/command.ts";
import { runCommandLine } from "../../../infra/cli/command-line.ts";
import { tableLines } from "../../../infra/cli/terminal.ts";

const sample: Command = {
  name: "sample",
  summary: "Does nothing.",
  usage: "[--count N] SCRIPT",
  passesArgs: true,
  flags: {
    count: { type: "string", short: "n", value: "N", help: "How many" },
    loud: { type: "boolean", help: "Says so" },
  },
  run: async () => 0,
};

function recorder(): { terminal: Terminal; said: string[]; warned: string[] } {
  const said: string[] = [];
  const warned: string[] = [];
  const stop = new AbortController().signal;
  const terminal: Terminal = {
    env: {},
    print: (line) => said.push(line),
    warn: (line) => warned.push(line),
    stop,
  };
  return { terminal, said, warned };
}

describe("parseCommandArgs()", () => {
  test("flags before the script are the command's, what follows is the script's", () => {
    const given = parseCommandArgs(sample, ["--loud", "-n", "3", "a.ts", "--count", "7", "-x"]);
    assert.deepEqual({ ...given.values }, { loud: true, count: "3" });
    assert.deepEqual(given.positionals, ["a.ts", "--count", "7", "-x"]);
    assert.throws(() => parseCommandArgs(sample, ["--nope"]), /Unknown option '--nope'/);
  });
});

test("countOf() takes whole numbers from a least one on", () => {
  assert.equal(countOf({}, "count", 5), 5);
  assert.equal(countOf({ count: "7" }, "count", 5), 7);
  for (const text of ["0", "1.5", "many", "-2", ""])
    assert.throws(
      () => countOf({ count: text }, "count", 5),
      new RangeError(`--count takes a whole number from 1 on, not "${text}"`),
    );
});

test("helpText() names every flag", () => {
  assert.deepEqual(helpText(sample).split("\n"), [
    "shoal sample [--count N] SCRIPT",
    "",
    "Does nothing.",
    "",
    "  -n, --count N  How many",
    "      --loud     Says so",
    "  -h, --help     This text",
  ]);
});

test("tableLines() aligns numbers to the right, texts to the left", () => {
  assert.deepEqual(
    tableLines([
      { name: "a", bytes: 5 },
      { name: "bcd", bytes: 1200 },
    ]),
    ["name  bytes", "a         5", "bcd    1200"],
  );
  assert.deepEqual(tableLines([]), [""]);
});

describe("runCommandLine()", () => {
  test("no command, an unknown one, a bad flag and a bad value are misuse: exit code 2 and a reason", async () => {
    for (const [args, reason] of [
      [
        ["serve"],
        /^shoal has no command "serve"; it has demo, nats, scheduler, worker, status, top, logs, page, tap, replay, config, info, run$/,
      ],
      [["toString"], /^shoal has no command "toString"/],
      [["status", "--wide"], /^shoal status: Unknown option '--wide'/],
      [["worker", "--workers", "none"], /^shoal worker: --workers takes a whole number from 1 on, not "none"$/],
      [["nats", "--login", "root:a:b"], /^shoal nats: --login takes ROLE:USER:PASSWORD with a role of client, /],
      [["run"], /^shoal run: shoal run takes a script/],
    ] as const) {
      const { terminal, warned } = recorder();
      assert.equal(await runCommandLine(args, terminal), 2, args.join(" "));
      assert.match(warned.join("\n"), reason);
    }
    assert.equal(await runCommandLine([], recorder().terminal), 2);
  });

  test("help of all and of one, and the version, are printed", async () => {
    for (const [args, text] of [
      [["--help"], /worker {5}run workers for a cluster/],
      [
        ["scheduler", "--help"],
        /^shoal scheduler \[--cluster NAME\] \[--nats URL\] \[--standby\]\n[\s\S]*--creds FILE/,
      ],
      [["--version"], /^\d+\.\d+\.\d+$/],
      [["nats", "--print-config", "--login", "client:ann:pw", "--cluster", "prod"], /user: "ann", password: "pw"/],
    ] as const) {
      const { terminal, said } = recorder();
      assert.equal(await runCommandLine(args, terminal), 0, args.join(" "));
      assert.match(said.join("\n"), text);
    }
  });
});
