import { input, literal } from "../../runtime/graph/call.ts";
import { currentExecutor } from "../../runtime/graph/executor.ts";
import { wantAll } from "../../runtime/graph/graph.ts";
import type { BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { DataFrame } from "./dataframe.ts";
import { type IpcOut, writeIpcPart } from "./kernels/write-ipc.ts";

export interface ToIpcOptions {
  /** Writes the index as a column; unless told, where it has a name. */
  readonly index?: boolean;
  readonly compression?: "uncompressed" | "lz4" | "zstd";
}

const WRITE = kernel("shoal:collections/dataframe/kernels/write-ipc", "writeIpcPart", writeIpcPart);

async function toIpc(table: DataFrame<unknown>, folder: string, options: ToIpcOptions): Promise<string[]> {
  const source = table.layer;
  const index = options.index ?? table.view.index.some(({ label }) => label !== null);
  const out: IpcOut = { index, compression: options.compression ?? "uncompressed" };
  const base = folder.replace(/\/$/, "");
  const paths = Array.from({ length: table.npartitions }, (_, at) => `${base}/part.${at}.arrow`);
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: `to-ipc-${tokenize(source.name, paths, out)}`,
    grid: [table.npartitions],
    inputs: [{ source, axes: [{ kind: "axis", axis: 0 }] }],
    call: { fn: WRITE, args: [literal(table.meta), literal(out), { kind: "own", at: 0 }, input(0)] },
    own: { kind: "live", items: paths },
    annotations: { effectful: true },
  };
  const [written] = await currentExecutor().compute([wantAll(layer)]);
  return written as string[];
}

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /**
     * Writes Arrow IPC files (Feather version 2), one a partition, `part.0.arrow` and so on; each is there whole or not at all.
     * @returns the paths
     */
    toIpc(folder: string, options?: ToIpcOptions): Promise<string[]>;
  }
}
DataFrame.prototype.toIpc = function (folder, options = {}) {
  return toIpc(this as DataFrame<unknown>, folder, options);
};
