import { Client } from "shoal";
import { webService } from "./web-service.ts";

// A service as a program: it answers until SIGTERM, finishes what it began, and ends by itself.
const client = await Client.local({ mode: "threads", workers: 1 });
const service = webService(client, { timeout: "50s" });
process.once("SIGTERM", async () => {
  await service.close();
  await client.close();
  process.stdout.write("drained\n");
});
process.stdout.write(`listening ${await service.listen({ host: "127.0.0.1", port: 0 })}\n`);
