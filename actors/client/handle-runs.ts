/** Handles as runs: first, count, first, count … Neighbours that ascend are joined. */
export class HandleRunsBuilder {
  private readonly runs: number[] = [];

  add(handle: number): void {
    const { runs } = this;
    const end = runs.length;
    if (end > 0 && (runs[end - 2] as number) + (runs[end - 1] as number) === handle)
      runs[end - 1] = (runs[end - 1] as number) + 1;
    else runs.push(handle, 1);
  }

  finish(): Uint32Array {
    return Uint32Array.from(this.runs);
  }
}
