// Copies the page's Markdown; without a clipboard the link opens it.
document.querySelectorAll("a.copy-page").forEach((link) => {
  link.addEventListener("click", async (event) => {
    if (!navigator.clipboard) return;
    event.preventDefault();
    const answer = await fetch(link.href);
    await navigator.clipboard.writeText(await answer.text());
    link.title = "Copied";
    link.classList.add("copy-page--done");
    setTimeout(() => link.classList.remove("copy-page--done"), 1500);
  });
});

// Lets the names in tables break after dots, underscores and slashes.
document.querySelectorAll(".md-typeset table:not([class]) :is(code, a)").forEach((name) => {
  if (name.children.length) return;
  const parts = name.textContent.split(/(?<=[._/])/);
  name.replaceChildren(...parts.flatMap((part) => [part, document.createElement("wbr")]));
});

// Names every cell of a wide table after its column: on a phone each row becomes a card.
document.querySelectorAll(".md-typeset table:not([class])").forEach((table) => {
  const names = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent);
  if (names.length < 3) return;
  table.querySelectorAll("tbody tr").forEach((row) => {
    [...row.cells].forEach((cell, index) => {
      cell.dataset.label = names[index];
      const content = document.createElement("span");
      content.append(...cell.childNodes);
      if (content.hasChildNodes()) cell.append(content);
    });
  });
  table.dataset.stacked = "";
});
