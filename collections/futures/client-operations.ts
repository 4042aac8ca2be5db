import { ClientServices } from "./client-services.ts";
import { uploadModule } from "./upload-module.ts";

/** What a client does with its cluster as a whole. */
export abstract class ClientOperations extends ClientServices {
  /**
   * Gives all workers a JavaScript module with what it imports by relative paths, for functions of it that travel by name
   * (`task(import.meta, "name", fn)`). Workers that are there take it at once, in place of what they had; those that come later find
   * it where the file is not on their machine. Packages it imports are to be installed there.
   * @returns URLs of the files that were uploaded
   * @throws ShoalError MISSING_MODULE for a file that cannot be read; NOT_SUPPORTED where workers run named functions alone; SyntaxError
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.upload_file
   * @example
   * await client.uploadModule(new URL("./scoring.mjs", import.meta.url));
   */
  uploadModule(module: string | URL): Promise<string[]> {
    return uploadModule(this.reach, module);
  }
}
