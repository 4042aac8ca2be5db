/** What the folders of a path say of its rows, as Hive lays files out: `flights/origin=ORD/part.0.parquet`. */
export type FolderValues = Readonly<Record<string, string | null>>;

const NOTHING = "__HIVE_DEFAULT_PARTITION__";

export function folderValues(path: string): FolderValues {
  const values: Record<string, string | null> = {};
  for (const step of path.split("/").slice(0, -1)) {
    const found = /^([^=]+)=(.*)$/.exec(step);
    if (found === null) continue;
    values[found[1] as string] = found[2] === NOTHING ? null : decodeURIComponent(found[2] as string);
  }
  return values;
}
