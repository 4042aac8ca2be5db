/** What calls the functions of tasks: what lies below it is the task's own. */
const CALLER = /\/runtime\/graph\/evaluate\.(ts|js)$/;

/** Whether a frame is where Shoal calls the functions of tasks. @param url of its file */
export const callsTasks = (url: string): boolean => CALLER.test(url);

/** A frame as people read it: `parse etl/clean.ts:41`. Lines are counted from 1. */
export function frameText(functionName: string, url: string, line: number): string {
  const name = functionName === "" ? "(anonymous)" : functionName;
  if (url === "") return name;
  const file = url.startsWith("data:")
    ? "inline"
    : url
        .replace(/^file:\/\//, "")
        .split("/")
        .slice(-2)
        .join("/");
  return `${name} ${file}:${line}`;
}
