// Style sheet of figures, inside their shadow root: the page's own styles do not reach them.

export const figureStyle = `
:host { display: block; font: 14px/1.45 system-ui, sans-serif; color: #1b1d22; }
:host([theme='dark']) { color: #e4e6e8; }
.figure { padding: 0.6em; background: #fff; border: 1px solid #d5d8e0; border-radius: 8px; }
:host([theme='dark']) .figure { background: #17191b; border-color: #3a3f46; }
.head { display: flex; flex-wrap: wrap; gap: 0.4em 0.8em; align-items: center; }
.head strong { margin-right: auto; }
.controls { display: flex; flex-wrap: wrap; gap: 0.4em 1em; margin: 0.5em 0; }
.controls:empty { display: none; }
label { display: flex; gap: 0.4em; align-items: center; }
button, input, select { font: inherit; }
input[type='number'] { width: 7em; }
progress { width: 10em; }
.pictures { display: flex; flex-wrap: wrap; gap: 0.6em; margin-top: 0.5em; }
figure { margin: 0; }
figcaption { font-size: 12px; }
canvas { display: block; border-radius: 4px; max-width: 100%; }
.faults { margin: 0.5em 0 0; padding-left: 1.2em; color: #b3261e; }
:host([theme='dark']) .faults { color: #ff9a9a; }
.faults:empty { display: none; }
`
