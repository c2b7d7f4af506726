/* Drawer, toasts, guards and keys. Every page works without this file; it only makes it quicker. */
const drawer = document.getElementById("drawer");
let opener = null;
let dirty = false;

function fill(state) {
  const head = document.createElement("header");
  head.className = "drawer-head";
  const title = document.createElement("h2");
  title.id = "drawer-title";
  title.textContent = drawer.dataset[state];
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon-button";
  close.dataset.close = "";
  close.textContent = "×";
  close.setAttribute("aria-label", drawer.dataset.closeLabel);
  head.append(title, close);
  drawer.replaceChildren(head);
}

async function open(link) {
  opener = link;
  fill("loading");
  if (!drawer.open) drawer.showModal();
  document.documentElement.classList.add("has-drawer");
  try {
    await window.htmx.ajax("GET", link.href, { source: drawer, target: drawer, swap: "innerHTML" });
  } catch {
    fill("failed");
  }
}

function mayLeave() {
  return !dirty || window.confirm(drawer?.dataset.unsaved ?? "");
}

function close(dialog) {
  if (dialog === drawer && !mayLeave()) return;
  if (dialog === drawer) dirty = false;
  dialog.close();
}

function send(form, event) {
  const given = event.submitter?.getAttribute("formaction") || form.getAttribute("action");
  const action = given || drawer.querySelector(".drawer-whole")?.href;
  const headers = { "HX-Target": "dialog#drawer" };
  return window.htmx.ajax(form.method, action, { source: form, event, target: drawer, swap: "innerHTML", headers });
}

function release(form) {
  form.removeAttribute("aria-busy");
  for (const button of buttons(form)) button.disabled = false;
}

function buttons(form) {
  return [...form.elements].filter((each) => each.type === "submit");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-drawer]");
  if (link && drawer && window.htmx && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    event.stopPropagation();
    if (mayLeave()) open(link);
    return;
  }
  const closing = event.target.closest("[data-close]");
  if (closing?.closest("dialog")) {
    event.preventDefault();
    close(closing.closest("dialog"));
    return;
  }
  if (event.target instanceof HTMLDialogElement && event.target.classList.contains("drawer")) close(event.target);
  const opening = event.target.closest("[data-open]");
  if (opening) document.getElementById(opening.dataset.open)?.showModal();
  event.target.closest("[data-dismiss]")?.closest(".toast")?.remove();
  if (event.target.closest("[data-back]") && history.length > 1) {
    event.preventDefault();
    history.back();
  }
  if (event.target.closest("[data-print]")) window.print();
  for (const panel of document.querySelectorAll("details.who[open]")) {
    if (!panel.contains(event.target)) panel.open = false;
  }
}, true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  const ask = event.submitter?.dataset.confirm;
  if ((ask && !window.confirm(ask)) || form.getAttribute("aria-busy")) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  if (form.hasAttribute("data-guard")) dirty = false;
  const inDrawer = drawer?.contains(form) && form.method !== "dialog" && window.htmx && !form.hasAttribute("data-window");
  if (inDrawer) {
    event.preventDefault();
    event.stopPropagation();
    const sent = send(form, event);
    form.setAttribute("aria-busy", "true");
    Promise.resolve(sent).finally(() => release(form));
    return;
  }
  if (form.hasAttribute("data-once")) {
    form.setAttribute("aria-busy", "true");
    // After the browser has read the form: a button that is disabled is not sent.
    setTimeout(() => buttons(form).forEach((button) => { button.disabled = true; }));
  }
}, true);

document.addEventListener("input", (event) => {
  if (event.target.form?.hasAttribute("data-guard")) dirty = true;
});

document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    const search = document.getElementById("search");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
  if (event.key === "Escape") {
    if (location.hash === "#menu") location.hash = "";
    for (const panel of document.querySelectorAll("details.who[open]")) {
      panel.open = false;
      panel.querySelector("summary").focus();
    }
  }
});

drawer?.addEventListener("cancel", (event) => {
  event.preventDefault();
  close(drawer);
});

drawer?.addEventListener("close", () => {
  document.documentElement.classList.remove("has-drawer");
  drawer.replaceChildren();
  opener?.focus();
});

const FIND_FROM = 12;

/* A long list of boxes gets a field that narrows it; what is ticked always stays in sight. */
function addFinders(root) {
  for (const list of root.querySelectorAll(".choices:not([data-found])")) {
    const labels = [...list.querySelectorAll("label")].filter((each) => each.querySelector("input"));
    if (labels.length < FIND_FROM) continue;
    list.dataset.found = "";
    list.classList.add("long");
    const field = document.createElement("input");
    field.type = "search";
    field.placeholder = drawer.dataset.find;
    field.setAttribute("aria-label", drawer.dataset.find);
    field.addEventListener("input", (event) => {
      event.stopPropagation();
      const wanted = field.value.trim().toLowerCase();
      for (const label of labels) {
        const fits = label.textContent.toLowerCase().includes(wanted);
        label.parentElement.hidden = !fits && !label.querySelector("input").checked;
      }
      for (const group of list.querySelectorAll(":scope > div > div")) {
        const boxes = labels.filter((label) => group.contains(label));
        if (boxes.length) group.hidden = boxes.every((label) => label.parentElement.hidden);
      }
    });
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    list.before(field);
  }
}

function settle(root) {
  if (drawer) addFinders(root);
  for (const frame of root.querySelectorAll(".drawing")) {
    const now = frame.querySelector(".node.stuck, .node.current, .node.waiting");
    if (!now) continue;
    const box = now.getBoundingClientRect();
    const around = frame.getBoundingClientRect();
    frame.scrollLeft += box.left - around.left - (around.width - box.width) / 2;
    frame.scrollTop += box.top - around.top - (around.height - box.height) / 2;
  }
  const wrong = root.querySelector("[data-focus]");
  if (wrong) {
    wrong.focus();
    if (wrong.closest("form")?.hasAttribute("data-guard")) dirty = true;
  }
}

document.addEventListener("htmx:before:request", () => document.documentElement.classList.add("is-loading"));
document.addEventListener("htmx:finally:request", () => document.documentElement.classList.remove("is-loading"));
document.addEventListener("htmx:after:swap", () => settle(drawer?.open ? drawer : document));
document.addEventListener("htmx:error", () => { if (drawer?.open && !drawer.querySelector("form")) fill("failed"); });

// Back from a page that was kept whole: its buttons must work again.
window.addEventListener("pageshow", () => document.querySelectorAll("form[aria-busy]").forEach(release));
window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
for (const toast of document.querySelectorAll(".toast.success, .toast.info")) setTimeout(() => toast.remove(), 8000);
settle(document);
