// Words on the canvas.
import { defineNode, text } from '../define.ts'

export const note = defineNode({
  type: 'diffusion/Note',
  category: 'tools',
  summary: 'A text for whoever reads the graph; nothing runs.',
  inputs: {},
  outputs: {},
  params: { text: text('', 'what there is to say', true) },
  note: true,
})
