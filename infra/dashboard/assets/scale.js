// How many workers there are to be: for whoever has the page's token. It is kept nowhere, and typed anew on every page.
import { card, h, setText } from "./dom.js";
import { plural } from "./format.js";
import { at } from "./place.js";

/** A card that is there where the page may change something; where it did not start the workers, it can only have some leave. */
export function scaleCard() {
  const count = h("input", { type: "number", min: 0, step: 1, required: true, id: "scale-count" });
  const token = h("input", { type: "password", required: true, id: "scale-token", autocomplete: "off" });
  const label = h("label", { for: "scale-count" });
  const button = h("button", { type: "submit" });
  const said = h("p", { class: "note", role: "status" });
  const form = h(
    "form",
    { class: "scale" },
    label,
    count,
    h("label", { for: "scale-token" }, "Token of this page"),
    token,
    button,
  );
  const own = card("Scale", { note: "for whoever has the page's token" }, form, said);
  own.element.hidden = true;
  let scales = false;
  let isTouched = false;
  count.addEventListener("input", () => (isTouched = true));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    button.disabled = true;
    setText(said, "It is asked for …");
    void change(scales ? "scale" : "retire_workers", Number(count.value), token.value).then((text) => {
      setText(said, text);
      button.disabled = false;
      isTouched = false;
    });
  });
  void fetch(at("/api/v1/controls"))
    .then((answer) => answer.json())
    .then((controls) => {
      scales = controls.scales;
      setText(label, scales ? "Workers" : "Workers that are to leave");
      setText(button, scales ? "Scale" : "Let go");
      own.element.hidden = !controls.changes;
    })
    .catch(() => setText(said, "The page's server does not answer."));
  return {
    element: own.element,
    /** As many as there are stand there until somebody says otherwise. */
    update(workers) {
      if (isTouched || document.activeElement === count) return;
      count.value = String(scales ? workers.length : 1);
    },
  };
}

async function change(what, n, token) {
  try {
    const answer = await fetch(at(`/api/v1/${what}`), {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ n }),
    });
    const body = await answer.json();
    if (!answer.ok) return body.problem.message;
    return what === "scale"
      ? `There are to be ${plural(n, "worker")}.`
      : `Asked to leave: ${body.workers.join(", ") || "none, as all are needed"}.`;
  } catch {
    return "The page's server does not answer.";
  }
}
