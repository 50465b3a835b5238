// Each is half a megabyte once it is decoded.
let shown = 0;
for (; shown < 4000; shown++) {
  const image = document.createElement('img');
  image.src = `/img/flooding.png?${shown}`;
  document.body.append(image);
}
say(`${shown} pictures asked for`);
