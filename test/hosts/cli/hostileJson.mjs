// Module to import before the program: a text that begins with a mark makes the thread that parses
// it loop forever, or allocate without bound outside the heap, as a fault of this program might.
const parse = JSON.parse

JSON.parse = (text, ...more) => {
  if (String(text).startsWith('{"LOOP"')) for (;;);
  if (String(text).startsWith('{"ALLOCATE"')) allocate()
  return parse(text, ...more)
}

function allocate() {
  for (const all = []; ;) all.push(new Uint8Array(2 ** 26).fill(1))
}
