// What is promised of every page, asked of an open page: each function gives a list of what breaks its promise.
// They ask what is computed, drawn and reached, not what the source says. An empty list is what is wanted.
"use strict";

{
  const plain = (text) => (text ?? "").replace(/\s+/g, " ").trim();
  const start = (element) => element.outerHTML.slice(0, 110);
  const seen = (e) => e.checkVisibility() && e.getClientRects().length > 0 && e.getBoundingClientRect().width > 1;
  const clear = (colour) => colour === "none" || colour === "rgba(0, 0, 0, 0)";

  // What moved since the page was first shown: the script that ran before it remembers.
  const moved = () =>
    new Promise((tell) => requestAnimationFrame(() => setTimeout(() => tell(window.layoutShifts), 60)));

  const head = () => {
    const found = [];
    for (const script of document.querySelectorAll("script")) {
      if (!script.src) found.push("a script in line");
      else if (!script.defer && !script.async && script.type !== "module") found.push("holds up the page: " + script.src);
    }
    const sheets = document.querySelectorAll("link[rel~=stylesheet]").length;
    if (sheets !== 1) found.push(`${sheets} style sheets`);
    return found;
  };

  const headings = () => {
    const found = [];
    const ones = document.querySelectorAll("h1");
    const question = plain(ones[0]?.textContent);
    const title = document.title.replace("Error: ", "");
    if (ones.length !== 1) found.push(`${ones.length} headings of level 1`);
    if (!title.startsWith(question)) found.push(`title ${title} is not the question ${question}`);
    if (!title.endsWith(" – Evenhand")) found.push(`title ${title} does not name the site`);
    let before = 0;
    for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
      const level = Number(heading.tagName[1]);
      if (before && level > before + 1) found.push(`${start(heading)} follows level ${before}`);
      before = level;
    }
    return found;
  };

  // A chart is a drawing with a name of its own, outside tables and lists.
  const charts = () => {
    const found = [];
    for (const svg of document.querySelectorAll("svg[role=img]")) {
      if (svg.closest("td, th, li") || !svg.checkVisibility()) continue;
      const figure = svg.closest("figure");
      const name = svg.querySelector("title")?.textContent ?? "";
      if (!figure) {
        found.push("in no figure: " + name);
        continue;
      }
      const sentences = [...figure.querySelectorAll("p")].filter((p) => plain(p.textContent).length > 10);
      const around = figure.querySelector("table") ? figure : figure.closest("section");
      if (!plain(figure.querySelector("h2, h3, h4")?.textContent)) found.push("no heading: " + name);
      if (!sentences.length) found.push("no sentence: " + name);
      if (!around?.querySelector("table tbody tr")) found.push("no table: " + name);
    }
    return found;
  };

  const smallText = () => {
    const found = new Set();
    for (const e of document.querySelectorAll("main *, footer *, header *")) {
      const words = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
      if (!words || !e.checkVisibility()) continue;
      const svg = e.closest("svg[viewBox]");
      const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
      const size = parseFloat(getComputedStyle(e).fontSize) * scale;
      if (size < 11.95) found.add(`${size.toFixed(1)} px: ${plain(e.textContent).slice(0, 40)}`);
    }
    return [...found].slice(0, 10);
  };

  const motion = () => {
    const found = document.getAnimations().map((a) => "moves: " + (a.effect?.target ? start(a.effect.target) : ""));
    for (const e of document.querySelectorAll("body *")) {
      const style = getComputedStyle(e);
      const lasts = style.transitionDuration.split(",").some((t) => parseFloat(t) > 0.001);
      if (style.animationName !== "none" || lasts) found.push("moves: " + start(e));
    }
    return found.slice(0, 10);
  };

  // Relative luminance and contrast as WCAG 2.2 defines them.
  const light = (colour) => {
    const channel = (n) => (n / 255 <= 0.04045 ? n / 255 / 12.92 : ((n / 255 + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = colour.match(/[\d.]+/g).map(Number);
    return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b) + 0.05;
  };
  const contrast = (one, other) => Math.max(light(one), light(other)) / Math.min(light(one), light(other));

  const canvas = () => {
    const probe = document.createElement("div");
    probe.style.cssText = "background: Canvas; forced-color-adjust: auto";
    document.body.append(probe);
    const colour = getComputedStyle(probe).backgroundColor;
    probe.remove();
    return colour;
  };

  // Whether the middle of a word lies on a filled part of a drawing.
  const holds = (plate, word) => {
    const box = word.getBBox();
    const middle = new DOMPoint(box.x + box.width / 2, box.y + box.height / 2);
    return plate.isPointInFill(middle.matrixTransform(plate.getCTM().inverse().multiply(word.getCTM())));
  };

  // In the reader's own colours no word and no dot of a drawing may melt into what is behind it.
  const drawings = () => {
    const found = new Set();
    const page = canvas();
    for (const svg of document.querySelectorAll("main svg")) {
      if (!svg.checkVisibility()) continue;
      const own = getComputedStyle(svg).backgroundColor;
      const paper = clear(own) ? page : own;
      const plates = [...svg.querySelectorAll("rect, path")].filter((e) => {
        const style = getComputedStyle(e);
        return !e.closest("defs, clipPath") && !clear(style.fill) && style.fillOpacity !== "0";
      });
      for (const e of svg.querySelectorAll("circle, text")) {
        const style = getComputedStyle(e);
        const stroke = parseFloat(style.strokeWidth) ? style.stroke : "none";
        if (e.tagName === "circle") {
          const shown = [style.fill, stroke].filter((c) => !clear(c));
          if (shown.length && shown.every((c) => contrast(c, paper) < 3)) found.add(`${start(e)} on ${paper}`);
        } else if (clear(stroke)) {
          // A word with a rim brings its own ground with it.
          const under = plates.filter((plate) => holds(plate, e)).at(-1);
          const behind = under ? getComputedStyle(under).fill : paper;
          if (contrast(style.fill, behind) < 4.5) found.add(`${start(e)} is ${style.fill} on ${behind}`);
        }
      }
    }
    return [...found].slice(0, 10);
  };

  const printed = () => {
    const found = [];
    for (const e of document.querySelectorAll("form, button, input, select, nav, .govuk-skip-link")) {
      if (seen(e)) found.push("furniture is printed: " + start(e));
    }
    for (const box of document.querySelectorAll(".evenhand-scroll, pre")) {
      if (seen(box) && box.scrollWidth > box.clientWidth + 1) found.push("cut at the right: " + start(box));
    }
    const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (over > 0) found.push(`the sheet is ${over} pixels too narrow`);
    for (const d of document.querySelectorAll("details")) {
      const closed = [...d.children].some((c) => c.tagName !== "SUMMARY" && !seen(c));
      if (seen(d) && closed) found.push("closed on paper: " + plain(d.textContent).slice(0, 60));
    }
    for (const a of document.querySelectorAll("main a[href]")) {
      if (!seen(a)) continue;
      const after = getComputedStyle(a, "::after").content;
      const away = /^https?:/.test(a.getAttribute("href"));
      if (!away && after.includes("/")) found.push("an address that means nothing on paper: " + after);
      if (away && !after.includes("http")) found.push("the address of another site is not printed: " + a.href);
    }
    return [...new Set(found)].slice(0, 12);
  };

  // How an element looks, with what shows its focus for it: a part of a drawing, a label, the box round it.
  const look = (element) =>
    [element, ...element.querySelectorAll("*"), ...(element.labels ?? []), element.parentElement]
      .slice(0, 8)
      .map((e) => {
        const s = getComputedStyle(e);
        const b = getComputedStyle(e, "::before");
        const own = [s.outlineStyle, s.outlineColor, s.outlineWidth, s.boxShadow, s.backgroundColor, s.borderColor];
        return [...own, s.stroke, s.strokeWidth, s.fill, b.boxShadow, b.borderColor, b.outlineStyle].join();
      })
      .join(";");

  // Every stop that Tab should make and how it looks before it is reached; from now on, what is reached is remembered.
  const stops = () => {
    const kinds = "a[href], button, input:not([type=hidden]), select, summary, textarea, [tabindex='0']";
    const chosen = (name) => document.querySelector(`input[name="${CSS.escape(name)}"]:checked`);
    const wanted = [...document.querySelectorAll(kinds)].filter((e) => {
      const shown = e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length;
      const another = e.type === "radio" && !e.checked && chosen(e.name);
      return shown && e.tabIndex >= 0 && !e.disabled && !another;
    });
    const walk = { before: new Map(wanted.map((e) => [e, look(e)])), reached: new Map(), first: null, round: false };
    // GOV.UK's summary of errors takes the focus itself, so that Tab goes on from there.
    walk.begun = document.activeElement !== document.body;
    document.addEventListener("focusin", ({ target }) => {
      walk.round ||= target === walk.first;
      walk.first ??= target;
      walk.reached.set(target, look(target) !== walk.before.get(target));
    });
    window.walk = walk;
    return wanted.length;
  };

  const reached = () => {
    const { before, reached, first, begun } = window.walk;
    const found = [];
    for (const [e, shown] of reached) if (!shown) found.push("focus is not seen on " + start(e));
    for (const e of before.keys()) if (!reached.has(e)) found.push("Tab does not reach " + start(e));
    if (first && !begun && !first.matches(".govuk-skip-link")) found.push("the first stop is " + start(first));
    return found.slice(0, 12);
  };

  // The words of the page, without the box that a script replaces by one that finishes names.
  const words = () => {
    const main = document.querySelector("main").cloneNode(true);
    main.querySelectorAll("[data-councils] .govuk-form-group, svg, script").forEach((e) => e.remove());
    return plain(main.textContent);
  };

  window.promises = { moved, head, headings, charts, smallText, motion, drawings, printed, stops, reached, words };
}
