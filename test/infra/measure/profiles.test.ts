import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Client, delayed, getProfile, Profiler } from "shoal";

const LIMIT = { timeout: 90_000 };

for (const mode of ["threads", "processes"] as const)
  test(`getProfile() tells where the time of tasks goes, and draws it (${mode})`, LIMIT, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "shoal-profile-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const client = await Client.local({ mode, workers: 1 });
    t.after(() => client.close());
    const busy = (ms: number): number => {
      // A generator: V8 never makes one part of its caller, so that its frame is there.
      function* spinning(until: number): Generator<number> {
        let turns = 0;
        while (performance.now() < until) turns += 1;
        yield turns;
      }
      return spinning(performance.now() + ms).next().value > 0 ? ms : 0;
    };
    const profile = await getProfile(() =>
      client.gather(
        client.map(
          busy,
          Array.from({ length: 8 }, () => 60),
        ),
      ),
    );
    assert.deepEqual(
      profile.value,
      Array.from({ length: 8 }, () => 60),
    );
    const kind = profile.kinds.find(({ prefix }) => prefix === "busy");
    // 480 ms were spent in it: a sample each 5 ms, fewer on a busy machine.
    assert.ok((kind?.samples ?? 0) > 10 && (kind?.ms ?? 0) > 100, JSON.stringify(profile.kinds));
    assert.ok(
      profile.heaviest("busy").some((name) => name.startsWith("spinning")),
      profile.heaviest("busy").join(),
    );
    const path = join(folder, "flames.svg");
    const svg = await profile.plot(path, "busy");
    assert.match(svg, /^<svg[\s\S]*Profile of tasks/);
    assert.equal(readFileSync(path, "utf8"), svg);
  });

test("Profiler notes start and end of each task of this thread, failures too, only while it is asked to", async () => {
  const profiler = new Profiler();
  const double = delayed(function double(n: number) {
    return n * 2;
  });
  const fail = delayed(function fail(n: number): number {
    throw new RangeError(`no ${n}`);
  });
  await profiler.during(() => double(double(4)).compute({ optimize: false }));
  await assert.rejects(profiler.during(() => fail(1).compute()));
  await double(5).compute();
  assert.deepEqual(
    profiler.results.map(({ failed }) => failed),
    [false, false, true],
  );
  const [first, second] = profiler.results;
  assert.ok((first?.endMs ?? 0) >= (first?.startMs ?? 1) && (second?.startMs ?? 0) >= (first?.startMs ?? 1));
  const counts = Object.fromEntries(profiler.kinds.map(({ prefix, count }) => [prefix, count]));
  assert.deepEqual(counts, { delayed: 3 });
  const svg = await profiler.plot();
  for (const text of ["Time of tasks by kind", "delayed × 3"]) assert.ok(svg.includes(text), text);
  profiler.clear();
  assert.deepEqual(profiler.results, []);
});
