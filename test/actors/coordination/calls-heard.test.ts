import assert from "node:assert/strict";
import { test } from "node:test";
import { CallsHeard } from "../../../actors/coordination/calls-heard.ts";

test("a line that speaks all along is remembered, however many others spoke once", () => {
  const heard = new CallsHeard();
  for (let number = 0; number < 5000; number++) {
    assert.ok(heard.hear({ line: "driver", number }));
    assert.ok(heard.hear({ line: `task ${number}`, number: 0 }));
  }
  assert.ok(heard.has({ line: "driver", number: 17 }));
  assert.equal(heard.hear({ line: "driver", number: 17 }), false, "said again, it counts once");
  assert.equal(heard.has({ line: "task 0", number: 0 }), false);
});
