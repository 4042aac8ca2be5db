// Stands for `ssh -tt HOST COMMAND`: runs the command here, in a group of its own, as a terminal on HOST would. Ctrl-C becomes an
// interrupt, the end of the connection a hang-up. The host "unreachable" cannot be reached.
import { spawn } from "node:child_process";

const [host, command] = process.argv.slice(2);
if (host === "unreachable") {
  process.stderr.write("ssh: connect to host unreachable port 22: No route to host\n");
  process.exit(255);
}
const child = spawn("/bin/sh", ["-c", command], {
  detached: true,
  stdio: ["ignore", "inherit", "inherit"],
  env: { ...process.env, FAKE_SSH_HOST: host },
});
const tell = (signal) => {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended.
  }
};
process.stdin.on("data", (bytes) => bytes.includes(3) && tell("SIGINT"));
for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"]) process.on(signal, () => tell("SIGHUP"));
child.on("exit", (code) => process.exit(code ?? 255));
