import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bracketed, listenHost, outwardHost } from "../../../infra/listen/listen-host.ts";
import { firstFree, parsePorts, portsShown } from "../../../infra/listen/port-range.ts";
import { toldUrl } from "../../../infra/listen/told-url.ts";

const ip = (address: string, internal = false) =>
  ({ address, internal, family: address.includes(":") ? "IPv6" : "IPv4" }) as never;
const known = {
  lo: [ip("127.0.0.1", true), ip("::1", true)],
  eth0: [ip("fe80::1"), ip("2001:db8::7"), ip("192.0.2.7")],
  wg0: [ip("fe80::2"), ip("fd00::2")],
  tap0: [ip("fe80::3")],
  down: [],
};

describe("parsePorts()", () => {
  test("reads a port and a range, and refuses what is neither", () => {
    assert.deepEqual(parsePorts(0, "--port"), { first: 0, last: 0 });
    assert.deepEqual(parsePorts("8787-8797", "--port"), { first: 8787, last: 8797 });
    assert.deepEqual(
      [parsePorts("8787", "p"), parsePorts("8787-8797", "p")].map((range) => portsShown(range)),
      ["8787", "8787-8797"],
    );
    for (const wrong of ["x", "8797-8787", "0-5", "65530-65536", -1, 1.5, ""])
      assert.throws(() => parsePorts(wrong, "--port"), { name: "RangeError", message: /^--port takes a port from 0/ });
  });
});

describe("firstFree()", () => {
  const taken = (port: number): never => {
    throw Object.assign(new Error(`${port} is taken`), { code: "EADDRINUSE" });
  };

  test("goes through a range until a port is free, and fails with the last", async () => {
    const tried: number[] = [];
    const listen = async (port: number): Promise<string> => {
      tried.push(port);
      return port < 12 ? taken(port) : `at ${port}`;
    };
    assert.equal(await firstFree({ first: 10, last: 14 }, listen), "at 12");
    assert.deepEqual(tried, [10, 11, 12]);
    await assert.rejects(firstFree({ first: 10, last: 11 }, listen), /11 is taken/);
  });

  test("goes no further where it is refused for another reason", async () => {
    const tried: number[] = [];
    const listen = async (port: number): Promise<never> => {
      tried.push(port);
      throw Object.assign(new Error("not here"), { code: "EADDRNOTAVAIL" });
    };
    await assert.rejects(firstFree({ first: 10, last: 14 }, listen), /not here/);
    assert.deepEqual(tried, [10]);
  });
});

describe("listenHost()", () => {
  test("is this machine alone, the host, or the address of an interface", () => {
    assert.equal(listenHost({}, known), "127.0.0.1");
    assert.equal(listenHost({ host: "[::1]" }, known), "::1");
    assert.equal(listenHost({ interface: "eth0" }, known), "192.0.2.7");
    assert.equal(listenHost({ interface: "wg0" }, known), "fd00::2");
    assert.equal(listenHost({ interface: "tap0" }, known), "fe80::3%tap0");
    assert.throws(() => listenHost({ interface: "eth9" }, known), {
      name: "RangeError",
      message: 'There is no network interface "eth9"; there are lo, eth0, wg0, tap0, down',
    });
    assert.throws(() => listenHost({ interface: "down" }, known), /has no address/);
    assert.throws(() => listenHost({ host: "::1", interface: "lo" }, known), { name: "TypeError" });
  });
});

describe("toldUrl()", () => {
  test("is where one listens, with IPv6 in brackets; a machine's own address where that is all of them", () => {
    assert.equal(toldUrl({ scheme: "http", address: "127.0.0.1", port: 8787 }), "http://127.0.0.1:8787");
    assert.equal(toldUrl({ scheme: "http", address: "::1", port: 8787 }), "http://[::1]:8787");
    assert.equal(bracketed("fe80::3%tap0"), "[fe80::3%25tap0]");
    assert.equal(outwardHost("0.0.0.0", known), "192.0.2.7");
    assert.equal(outwardHost("::", { lo: known.lo, wg0: known.wg0 }), "fd00::2");
    assert.deepEqual([outwardHost("0.0.0.0", {}), outwardHost("::", {})], ["127.0.0.1", "::1"]);
  });

  test("is the contact where there is one; without a port, that of the listener", () => {
    const told = (contact: string): string => toldUrl({ scheme: "nats", address: "10.0.0.1", port: 4223, contact });
    assert.equal(told("nats.example.com"), "nats://nats.example.com:4223");
    assert.equal(told("nats.example.com:80"), "nats://nats.example.com:80");
    assert.equal(told("https://shoal.example.com/"), "https://shoal.example.com");
    assert.equal(told("2001:db8::7"), "nats://[2001:db8::7]:4223");
    assert.equal(told("[2001:db8::7]:80"), "nats://[2001:db8::7]:80");
    for (const wrong of ["", "two words", "https://a/path", "a:b", "a:99999"])
      assert.throws(() => told(wrong), { name: "SyntaxError" }, wrong);
  });
});
