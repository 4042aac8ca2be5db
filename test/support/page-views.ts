/** The views of the live page and of reports, by the names in their addresses. */
export const VIEWS = [
  "status",
  "graph",
  "workers",
  "memory",
  "exchange",
  "stealing",
  "time",
  "profile",
  "logs",
  "errors",
  "system",
];
