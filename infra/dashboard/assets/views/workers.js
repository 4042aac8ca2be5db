// Workers: a table that can be sorted, with what each does and uses.
import { card, meter, pageHead, stateLabel, table, workerLink } from "../dom.js";
import { bytes, count, duration, percent, plural } from "../format.js";
import { scaleCard } from "../scale.js";
import { spark } from "../spark.js";

export function mount(main, _of, { canChange = false } = {}) {
  const { head, say } = pageHead("Workers");
  const list = table(
    [
      { name: "Worker", sort: (w) => w.id, show: (w) => workerLink(w.id) },
      { name: "State", sort: (w) => w.status, show: (w) => stateLabel(w.status) },
      { name: "Busy", sort: (w) => w.busy, show: (w) => meter(w.busy, percent(w.busy)) },
      { name: "Last minutes", show: (w) => spark(w.series.busy, 1) },
      { name: "At work", number: true, sort: (w) => w.processing, show: (w) => count(w.processing) },
      { name: "Work ahead", number: true, sort: (w) => w.occupancyUs, show: (w) => duration(w.occupancyUs / 1000) },
      { name: "Results", number: true, sort: (w) => w.managedBytes, show: (w) => bytes(w.managedBytes) },
      { name: "Resident", number: true, sort: (w) => w.rssBytes, show: (w) => bytes(w.rssBytes) },
      { name: "CPU", number: true, sort: (w) => w.cpu, show: (w) => percent(w.cpu) },
      { name: "In", number: true, sort: (w) => w.bytesIn, show: (w) => bytes(w.bytesIn) },
      { name: "Out", number: true, sort: (w) => w.bytesOut, show: (w) => bytes(w.bytesOut) },
      { name: "Longest wait", number: true, sort: (w) => w.lagMs, show: (w) => duration(w.lagMs) },
      { name: "Slots", number: true, sort: (w) => w.slots, show: (w) => w.slots },
      { name: "Process", sort: (w) => `${w.host} ${w.pid}`, show: (w) => `${w.pid} on ${w.host}` },
    ],
    (worker) => worker.id,
    {
      label: "Workers",
      sort: { at: 0, descending: false },
      empty: "No workers have joined yet: start some with npx shoal worker.",
    },
  );
  const own = card("All workers", { note: "CPU is that of the whole process" }, list.element);
  // A report is of a cluster that is gone.
  const scale = canChange ? scaleCard() : undefined;
  main.append(head, ...(scale === undefined ? [] : [scale.element]), own.element);
  return {
    update({ workers }) {
      const slots = workers.reduce((sum, one) => sum + one.slots, 0);
      say(`${plural(workers.length, "worker")}, ${plural(slots, "task")} at a time.`);
      list.update(workers);
      scale?.update(workers);
    },
  };
}
