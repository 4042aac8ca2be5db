import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ShoalError } from "../../../runtime/base/errors.ts";
import {
  checkPattern,
  checkSubject,
  clusterSubjects,
  keyOfToken,
  keyToken,
  parseSubject,
  SUBJECT_BYTES_MAX,
  serviceSubject,
} from "../../../runtime/bus/subject.ts";

const refusedAsSubject = (error: unknown) => error instanceof ShoalError && error.code === "SUBJECT";
const hostile = [
  "",
  " ",
  "a b",
  "a.b",
  "*",
  ">",
  "a.>",
  "a\r\nPUB x 0\r\n",
  "\0",
  "..",
  "~",
  "%",
  "%41",
  "x~y",
  "a\u2003b",
];
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme-ascii", maxLength: 300 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(...hostile, "x".repeat(10_000), "é".repeat(5000), "\ud800", "a\udc00b", "('x', 0, 0)", "🦭/0"),
);

describe("keyToken()", () => {
  test("every key becomes one valid token that leads back to it, or is refused", () => {
    fc.assert(
      fc.property(anyText, (key) => {
        let token: string;
        try {
          token = keyToken(key);
        } catch (error) {
          assert.ok(refusedAsSubject(error));
          assert.ok(key === "" || /\p{Surrogate}/u.test(key), `${JSON.stringify(key)} need not be refused`);
          return;
        }
        checkSubject(token);
        assert.ok(!token.includes(".") && token.length <= 120);
        if (token.includes("~")) assert.equal(token.split("~")[1]?.length, 28);
        else assert.equal(keyOfToken(token), key);
      }),
      { numRuns: 2000 },
    );
  });

  test("two keys never share a token", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", minLength: 1 }),
        fc.string({ unit: "grapheme", minLength: 1 }),
        (a, b) => {
          fc.pre(a !== b && ![a, b].some((key) => /\p{Surrogate}/u.test(key)));
          assert.notEqual(keyToken(a), keyToken(b));
          assert.notEqual(keyToken("p".repeat(130) + a), keyToken("p".repeat(130) + b));
        },
      ),
    );
  });

  test("readable keys stay as they are, long ones keep their start", () => {
    assert.equal(keyToken("sum-3fa9/0/4"), "sum-3fa9/0/4");
    assert.equal(keyToken("('x',0,0)"), "('x',0,0)");
    assert.equal(keyToken("a.b c"), "a%2Eb%20c");
    assert.match(keyToken(`mean-${"q".repeat(200)}`), /^mean-q{35}~[0-9a-z]{28}$/);
    assert.match(keyToken("é".repeat(99)), /^(%C3%A9){6}%C3~/, "no escape is cut in half");
  });

  test("a token that keyToken() would not write names no key", () => {
    for (const token of ["%41", "%zz", "%C3", "a~b", "", "*", "%2e"]) assert.equal(keyOfToken(token), undefined, token);
  });
});

describe("clusterSubjects()", () => {
  const subjects = clusterSubjects("prod");

  test("what is built is parsed back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 25 }), (key) => {
        fc.pre(!/\p{Surrogate}/u.test(key) && !keyToken(key).includes("~"));
        assert.deepEqual(parseSubject(subjects.task(key)), {
          kind: "task",
          cluster: "prod",
          token: keyToken(key),
          key,
        });
        assert.equal(parseSubject(subjects.chunk(key))?.kind, "chunk");
        assert.deepEqual(parseSubject(subjects.events("t", key)), {
          kind: "events",
          cluster: "prod",
          topic: ["t", key],
        });
      }),
    );
    assert.equal(parseSubject(subjects.task("é".repeat(500)))?.kind, "task");
    const long = parseSubject(subjects.task("k".repeat(500)));
    assert.deepEqual(long, { kind: "task", cluster: "prod", token: keyToken("k".repeat(500)), key: undefined });
    assert.deepEqual(parseSubject(subjects.scheduler), { kind: "scheduler", cluster: "prod" });
    assert.deepEqual(parseSubject(subjects.hello), { kind: "hello", cluster: "prod" });
    assert.deepEqual(parseSubject(subjects.worker("w-1")), { kind: "worker", cluster: "prod", id: "w-1" });
    assert.deepEqual(parseSubject(subjects.workerPeer("w-1")), { kind: "worker-peer", cluster: "prod", id: "w-1" });
    assert.deepEqual(parseSubject(subjects.client("c")), { kind: "client", cluster: "prod", id: "c" });
    assert.deepEqual(parseSubject(subjects.nanny("n")), { kind: "nanny", cluster: "prod", id: "n" });
  });

  test("any subject is parsed without an error, and what parses is what is built", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyText, fc.constantFrom("shoal", "prod", "task", "worker"))), (tokens) => {
        const subject = ["shoal", "prod", ...tokens].join(".");
        const parsed = parseSubject(subject);
        if (parsed?.kind === "worker") assert.equal(subjects.worker(parsed.id), subject);
        if (parsed?.kind === "task" && parsed.key !== undefined) assert.equal(subjects.task(parsed.key), subject);
      }),
    );
  });

  test("names that do not fit are refused", () => {
    for (const bad of [...hostile, "ü", "x".repeat(65)]) {
      assert.throws(() => clusterSubjects(bad), refusedAsSubject, bad);
      assert.throws(() => subjects.worker(bad), refusedAsSubject, bad);
      assert.throws(() => serviceSubject("PING", bad), refusedAsSubject, bad);
    }
    assert.throws(() => subjects.worker("a b"), /"a b" cannot name a worker: use 1 to 64 of A-Z a-z 0-9 _ -/);
  });

  test("services follow ADR-32", () => {
    assert.equal(serviceSubject("PING"), "$SRV.PING");
    assert.equal(serviceSubject("STATS", "scheduler", "s1"), "$SRV.STATS.scheduler.s1");
  });
});

describe("checkSubject(), checkPattern()", () => {
  test("refuse what NATS would drop, misread, or cut the connection for", () => {
    const bad = [
      "",
      ".",
      "a.",
      ".a",
      "a..b",
      "a b",
      "a\tb",
      "a\r\nb",
      "a\0b",
      "\ud800",
      "é".repeat(513),
      "x".repeat(1025),
    ];
    for (const text of [...bad, "*", ">", "a.*", "a.>", "a*b"])
      assert.throws(() => checkSubject(text), refusedAsSubject, text);
    for (const text of [...bad, ">.a", "a.>.b", "a*", "a>"])
      assert.throws(() => checkPattern(text), refusedAsSubject, text);
    assert.throws(() => checkSubject(7 as unknown as string), /number is not a subject/);
  });

  test("take what is sound", () => {
    for (const text of ["a", "a.b", "$SRV.PING", "_INBOX.x.1", "ü.é", "x".repeat(SUBJECT_BYTES_MAX)])
      checkSubject(text);
    for (const text of ["a", ">", "*", "a.*.b", "a.>", "*.>", "*.*"]) checkPattern(text);
  });
});
