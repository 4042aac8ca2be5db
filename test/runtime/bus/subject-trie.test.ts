import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SubjectTrie } from "../../../runtime/bus/subject-trie.ts";

/** The rule of NATS, spelled out. */
function matches(pattern: string, subject: string): boolean {
  const [wanted, given] = [pattern.split("."), subject.split(".")];
  for (const [i, token] of wanted.entries()) {
    if (token === ">") return given.length > i;
    if (token !== "*" && token !== given[i]) return false;
    if (i >= given.length) return false;
  }
  return wanted.length === given.length;
}

const token = fc.constantFrom("a", "b", "c");
const subject = fc.array(token, { minLength: 1, maxLength: 4 }).map((tokens) => tokens.join("."));
const pattern = fc
  .tuple(fc.array(fc.oneof(token, fc.constant("*")), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([tokens, tail]) => (tail ? [...tokens, ">"] : tokens).join("."));
const queue = fc.constantFrom(undefined, undefined, "q", "r");

test("SubjectTrie gives what the rule gives, through additions and removals, and groups by name", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(pattern, queue), { maxLength: 20 }),
      fc.array(fc.nat(19)),
      fc.array(subject, { minLength: 1, maxLength: 10 }),
      (added, removed, subjects) => {
        const trie = new SubjectTrie<number>();
        const removals = added.map(([text, name], id) => trie.add(text, id, name));
        const gone = new Set(removed.filter((id) => id < added.length));
        for (const id of gone) removals[id]?.();
        assert.equal(trie.count, added.length - gone.size);
        for (const text of subjects) {
          const heard = added.flatMap(([wanted, name], id) =>
            !gone.has(id) && matches(wanted, text) ? [{ id, name }] : [],
          );
          const route = trie.match(text);
          const ids = (name: string | undefined) => heard.filter((entry) => entry.name === name).map(({ id }) => id);
          assert.deepEqual([...route.all].sort(), ids(undefined).sort());
          assert.equal(new Set(route.groups.map(({ name }) => name)).size, route.groups.length);
          for (const name of ["q", "r"]) {
            const group = route.groups.find((one) => one.name === name);
            assert.deepEqual([...(group?.members ?? [])].sort(), ids(name).sort());
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});

test("SubjectTrie forgets remembered routes when patterns change, and keeps no node nobody listens at", () => {
  const trie = new SubjectTrie<string>(2);
  const remove = trie.add("a.*.c", "one");
  trie.remember("a.b.c", trie.match("a.b.c"));
  assert.equal(trie.cached("a.b.c")?.all.length, 1);
  trie.add("a.>", "two")();
  assert.equal(trie.cached("a.b.c"), undefined);
  for (const subject of ["x", "y", "z"]) trie.remember(subject, trie.match(subject));
  assert.equal(trie.cached("x"), undefined, "the cache is bounded");
  remove();
  assert.doesNotMatch(
    JSON.stringify(trie, (_, value) => (value instanceof Map ? [...value] : value)),
    /"a"/,
  );
});
