// Sets the addresses of the figures of a page. ?editor= names the editor; by default it is the one
// that `npm run build -- app` writes.

const named = new URLSearchParams(location.search).get('editor')
const editor = new URL(named ?? '../../dist/app/', location.href).href

for (const frame of document.querySelectorAll('iframe[data-figure]'))
  frame.src = editor + frame.dataset.figure
