const open = () => { const at = document.getElementById(location.hash.slice(1)); if (at) { for (let each = at; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true; at.scrollIntoView(); } };
addEventListener("hashchange", open); open();
for (const tools of document.querySelectorAll(".tools")) {
  tools.hidden = false;
  const rows = [...document.querySelectorAll(tools.dataset.rows)];
  const text = tools.querySelector("[type=search]"), only = tools.querySelector("[type=checkbox]"), count = tools.querySelector("output");
  const filter = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const row of rows) {
      const name = row.dataset.name.toLowerCase();
      row.hidden = !(words.every((word) => name.includes(word)) && !(only.checked && row.dataset.worst === "proven"));
      left += !row.hidden;
    }
    count.textContent = left === rows.length ? "" : `${left} of ${rows.length} shown`;
  };
  text.addEventListener("input", filter); only.addEventListener("change", filter);
}
