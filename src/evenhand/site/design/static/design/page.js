// The only script of the pages, and none of it is needed: it makes GOV.UK components livelier and the council box finish
// names. Loaded as a module, so old browsers leave it alone and nothing waits for it.
import { initAll } from "./vendor/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

const box = document.querySelector("select[data-find-council]");
if (box) {
  const script = document.createElement("script");
  script.src = new URL("./vendor/accessible-autocomplete.min.js", import.meta.url).href;
  script.onload = () => {
    window.accessibleAutocomplete.enhanceSelectElement({
      selectElement: box,
      defaultValue: "",
      minLength: 2,
      autoselect: true,
      showNoOptionsFound: true,
      displayMenu: "overlay",
    });
  };
  document.head.append(script);
}
