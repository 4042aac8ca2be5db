type Json = any;
export function bareClient(
  servers: string,
  cluster: string,
): Promise<{
  actors(): Promise<Json>;
  task(address: string, question: unknown): Promise<Json>;
  watch(address: string): Promise<string[]>;
  bytes(address: string): Promise<number[] | Buffer>;
  services(): Promise<{ found: Json[]; stop(): void }>;
  close(): Promise<void>;
}>;
