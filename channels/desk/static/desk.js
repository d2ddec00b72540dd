// With JavaScript: forms marked hx-boost change the page in place; what was said about it gets the focus, so that a
// screen reader reads it out. Without JavaScript every form works all the same.
document.addEventListener("htmx:afterSettle", () => {
  const main = document.getElementById("main");
  const said = main && main.querySelector("[role=alert], [role=status]");
  const place = said || main;
  if (!place) return;
  place.setAttribute("tabindex", "-1");
  place.focus();
});
