// What the server sends while a page is shown. A connection that breaks is tried again until it stands.
import { at } from "./place.js";

const RETRY_MS = 1000;

/**
 * Shows a view from now on. `take` gets its data, `takeRuns` the task stream's, `tellLink` whether the server is there.
 * @returns ends it
 */
export function follow({ view, of, wantsRuns }, { take, takeRuns, tellLink }) {
  const query = new URLSearchParams({ view, of, runs: wantsRuns ? "1" : "0" });
  let source;
  let timer;
  const connect = () => {
    source = new EventSource(at(`/live?${query}`));
    source.addEventListener("open", () => tellLink("there"));
    source.addEventListener("view", (event) => take(JSON.parse(event.data)));
    source.addEventListener("runs", (event) => takeRuns?.(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      tellLink("gone");
      // Browsers give some failures up for good: what is closed is opened anew.
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(connect, RETRY_MS);
    });
  };
  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
