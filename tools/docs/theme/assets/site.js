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
