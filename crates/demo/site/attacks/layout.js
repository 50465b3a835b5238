for (;;) {
  document.body.style.paddingTop = `${Math.random() * 50}px`;
  document.body.offsetHeight;
}
