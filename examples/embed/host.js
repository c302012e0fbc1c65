// A page that controls a figure: loads workflows, sets a param, runs, and shows the results.
import { connectFigure } from './figure.js'

const element = (id) => document.getElementById(id)

const log = (message) => {
  const pre = element('messages')
  pre.textContent = `${JSON.stringify(message, shorten, 1)}\n${pre.textContent}`.slice(0, 20_000)
}

/** Large numbers of pixels and points are not for reading. */
const shorten = (_, value) =>
  ArrayBuffer.isView(value) ? `${value.constructor.name}(${value.length})` : value

function showPictures(views) {
  const pictures = views.flatMap(({ title, picture }) => {
    if (!picture) return []
    const image = new Image()
    image.alt = title
    image.src = URL.createObjectURL(picture)
    image.addEventListener('load', () => URL.revokeObjectURL(image.src))
    return [image]
  })
  element('pictures').replaceChildren(...pictures)
}

const connection = await connectFigure(element('figure'), {
  onEvent(event) {
    if (event.event === 'progress') element('progress').value = `${event.index} of ${event.count}`
    else log(event)
    if (event.event === 'result') {
      element('progress').value = `${event.seconds.toFixed(1)} s`
      showPictures(event.views)
    }
  },
})

/** Offers the first slider of the figure as a control of this page. */
function showSetting({ params }) {
  const slider = params.find(({ kind, min, max }) => kind === 'number' && max - min < 1e5)
  const label = element('setting')
  label.hidden = !slider
  if (!slider) return
  const input = label.querySelector('input')
  label.querySelector('span').textContent = slider.name
  Object.assign(input, { min: slider.min, max: slider.max, value: slider.value })
  input.onchange = () =>
    connection.set({ [slider.name]: input.valueAsNumber }).then(log, (error) => log(error.message))
}

showSetting(connection.figure)
element('run').addEventListener('click', () =>
  connection.run().catch((error) => log(error.message)),
)
element('stop').addEventListener('click', () => connection.stop())
element('workflow').addEventListener('change', ({ target }) =>
  connection.load({ gallery: target.value }).then(showSetting, (error) => log(error.message)),
)
