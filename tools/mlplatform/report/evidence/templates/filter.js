(() => {
  const form = document.querySelector("form");
  const rows = [...document.querySelectorAll("tr[data-date]")];
  const count = document.querySelector("#count");
  const fits = (row) => [...form.elements].every((field) => {
    if (!field.name || !field.value) return true;
    if (field.name === "from") return row.dataset.date >= field.value;
    if (field.name === "to") return row.dataset.date <= field.value;
    return row.dataset[field.name].split(" ").includes(field.value);
  });
  const show = () => {
    let shown = 0;
    for (const row of rows) { row.hidden = !fits(row); shown += row.hidden ? 0 : 1; }
    count.textContent = `${shown} of ${rows.length} shown`;
  };
  form.hidden = false;
  form.addEventListener("input", show);
  form.addEventListener("reset", () => setTimeout(show));
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
})();
