// The only script of the pages, and none of it is needed: it makes GOV.UK components livelier and the council box finish
// names. Loaded as a module, so old browsers leave it alone and nothing waits for it.
import { initAll } from "./vendor/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// The box on the home page finishes names. Its script is a deferred one, so it is there when the page is parsed; the
// names come when somebody first goes to the box. Without any of this the form works as it stands.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-councils]");
  const box = form?.querySelector("input[name=q]");
  if (!box || !window.accessibleAutocomplete) return;

  const key = (text) =>
    text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/&/g, "and").replace(/[^a-z0-9]+/g, " ").trim();
  let coming = null;
  const councils = () => {
    coming ??= fetch(form.dataset.councils)
      .then((answer) => (answer.ok ? answer.json() : []))
      .catch(() => []);
    return coming;
  };
  const spelled = (council) => (council ? council.name + (council.until ? ` (${council.until})` : "") : "");

  const place = document.createElement("div");
  box.replaceWith(place);
  place.addEventListener("focusin", councils, { once: true });
  // While names are shown and none is picked, the component swallows Enter; a reader means "find what I typed".
  place.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || place.querySelector(".autocomplete__option--focused")) return;
      event.preventDefault();
      event.stopPropagation();
      form.requestSubmit();
    },
    true,
  );
  window.accessibleAutocomplete({
    element: place,
    id: box.id,
    name: box.name,
    defaultValue: box.value,
    inputClasses: "govuk-input",
    minLength: 2,
    confirmOnBlur: false,
    displayMenu: "overlay",
    templates: { inputValue: (council) => council?.name ?? "", suggestion: spelled },
    source: async (typed, show) => {
      const wanted = key(typed);
      const starts = (council) => (key(council.name).startsWith(wanted) ? 0 : 1);
      const found = (await councils()).filter((council) => key(council.name).includes(wanted));
      show(found.sort((a, b) => starts(a) - starts(b)).slice(0, 10));
    },
    onConfirm: (council) => {
      if (council) window.location.assign(`/councils/${encodeURIComponent(council.slug)}/`);
    },
    tNoResults: () => "No council has that name",
  });
});
