// With JavaScript: forms marked hx-boost change the page in place; what was said about it gets the focus, so that a
// screen reader reads it out; or the link that leads on and is described by it. Without JavaScript every form works all
// the same.
document.addEventListener("htmx:afterSettle", () => {
  const main = document.getElementById("main");
  const onwards = main && main.querySelector("a[autofocus]");
  const said = main && main.querySelector("[role=alert], [role=status]");
  const place = onwards || said || main;
  if (!place) return;
  if (place !== onwards) place.setAttribute("tabindex", "-1");
  place.focus();
});
