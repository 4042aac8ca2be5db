import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { type MemoryPlace, placesOf, readNear } from "../../../actors/chunk/near-memory.ts";

const skip = placesOf([]) === undefined ? "this system is not Linux, or koffi is not installed" : false;
const patterned = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, (_, i) => i * 7 + (i >> 8));

test("readNear() joins places of any size, in their order", { skip }, async () => {
  const views = [3, 0, 70, 40_000_001, 5].map(patterned);
  views.push(...Array.from({ length: 3000 }, () => patterned(9)));
  const whole = Buffer.concat(views);
  const into = new Uint8Array(whole.byteLength);
  assert.equal(await readNear(process.pid, placesOf(views) as MemoryPlace[], into), true);
  assert.equal(whole.equals(into), true);
});

test("readNear() says that it cannot read what is not there, or is not as long", { skip }, async () => {
  const [place] = placesOf([patterned(1000)]) as [MemoryPlace];
  assert.equal(await readNear(process.pid, [place], new Uint8Array(999)), false);
  assert.equal(await readNear(process.pid, [{ address: 8, bytes: 1000 }], new Uint8Array(1000)), false);
});

test("readNear() reads the memory of a child", { skip }, async () => {
  const program = `
    const { placesOf } = await import(${JSON.stringify(import.meta.resolve("../../../actors/chunk/near-memory.ts"))});
    const view = Uint8Array.from({ length: 5_000_000 }, (_, i) => i * 7 + (i >> 8));
    console.log(JSON.stringify(placesOf([view])));
    process.stdin.on("data", () => process.exit(view.length > 0 ? 0 : 1));
  `;
  const loader = ["--import", import.meta.resolve("tsx"), "--conditions=shoal-source"];
  const child = spawn(process.execPath, [...loader, "--input-type=module", "-e", program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const into = new Uint8Array(5_000_000);
  const isRead = await readNear(child.pid as number, JSON.parse(line) as MemoryPlace[], into);
  child.stdin.end("end");
  await once(child, "exit");
  assert.equal(isRead, true);
  assert.equal(Buffer.from(patterned(5_000_000)).equals(into), true);
});
