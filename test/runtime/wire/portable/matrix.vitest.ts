import { test } from "vitest";
import { reported } from "./report.ts";

test("portable cases", async () => {
  await reported;
});
