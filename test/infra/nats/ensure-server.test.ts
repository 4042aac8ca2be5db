import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { extractFromContainer } from "../../../infra/nats/container-binary.ts";
import { ensureNatsServer } from "../../../infra/nats/ensure-server.ts";

const folder = mkdtempSync(join(tmpdir(), "shoal-ensure-"));
after(() => rmSync(folder, { recursive: true }));

function script(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe("ensureNatsServer()", () => {
  test("finds the server of this machine, and it is not too old", async () => {
    const { path, version } = await ensureNatsServer();
    assert.match(path, /nats-server/);
    const [major = 0, minor = 0] = version.split(".").map(Number);
    assert.ok(major > 2 || (major === 2 && minor >= 9), version);
  });

  test("SHOAL_NATS_SERVER comes first, and is an error when it does not serve", async () => {
    const fake = script("fake-server", 'echo "nats-server: v2.11.3"');
    const found = await ensureNatsServer({ env: { SHOAL_NATS_SERVER: fake } });
    assert.deepEqual(found, { path: fake, version: "2.11.3" });
    const absent = ensureNatsServer({ env: { SHOAL_NATS_SERVER: "/no/such" } });
    await assert.rejects(absent, /The nats-server named by SHOAL_NATS_SERVER, \/no\/such, does not run/);
    const stranger = script("stranger", 'echo "redis 7"');
    const wrong = ensureNatsServer({ env: { SHOAL_NATS_SERVER: stranger } });
    await assert.rejects(wrong, /is not a nats-server: it calls itself "redis 7"/);
  });

  test("where there is none the remedies are tried in order, and at last the error says what to do", async () => {
    const tried: string[] = [];
    const closed = async () => {
      tried.push("closed");
      return undefined;
    };
    const open = async () => {
      tried.push("open");
      return script("installed", 'echo "nats-server: v2.10.9"');
    };
    const nowhere = { env: { PATH: "" }, folders: [] };
    assert.equal((await ensureNatsServer({ ...nowhere, remedies: [closed, open] })).version, "2.10.9");
    assert.deepEqual(tried, ["closed", "open"]);
    await assert.rejects(ensureNatsServer({ ...nowhere, remedies: [closed] }), {
      code: "MISSING_LIBRARY",
      message:
        /No nats-server was found in SHOAL_NATS_SERVER or on the PATH; install it \(Debian, Ubuntu: `apt-get install nats-server`/,
    });
  });

  test("the container's binary is copied out, and the container removed", async () => {
    const log = join(folder, "log");
    const create = "create) echo c0ffee;;";
    const copy = `cp) printf '#!/bin/sh\\necho "nats-server: v2.10.1"\\n' > "$3"; chmod +x "$3";;`;
    script("docker", `echo "$@" >> ${log}\ncase "$1" in ${create} ${copy} esac`);
    const env = { PATH: `${folder}:${process.env["PATH"]}`, XDG_CACHE_HOME: folder };
    const path = await extractFromContainer(env);
    assert.equal(path, join(folder, "shoal", "nats-server"));
    const { version } = await ensureNatsServer({ env: { SHOAL_NATS_SERVER: path as string } });
    assert.equal(version, "2.10.1");
    assert.match(readFileSync(log, "utf8"), /create .*nats:2\.10\ncp c0ffee:\/nats-server \S+\nrm c0ffee/);
    script("docker", "echo no daemon >&2; exit 1");
    assert.equal(await extractFromContainer(env), undefined);
  });
});
