// Korean.
import bench from './bench.json'
import figure from './figure.json'
import interfaceTexts from './interface.json'
import keys from './keys.json'
import lessons from './lessons.json'
import messages from './messages.json'
import nodes from './nodes.json'
import notes from './notes.json'
import trainingEstimate from './trainingEstimate.json'
import views from './views.json'
import workflows from './workflows.json'
import type { Locale } from '../../locale.ts'

export const locale: Locale = {
  interface: interfaceTexts,
  bench,
  figure,
  keys,
  lessons,
  messages,
  nodes,
  notes,
  trainingEstimate,
  views,
  workflows,
}
