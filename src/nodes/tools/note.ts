// Note: text on the canvas.
import { defineNode, param } from '../define.ts'

export const note = defineNode({
  type: 'diffusion/Note',
  category: 'tools',
  summary: 'Text for readers of the graph. Computes nothing.',
  aliases: ['comment', 'markdown', 'annotation', 'sticky note'],
  inputs: {},
  outputs: {},
  params: { text: param.text('', 'Text of the note', true) },
  note: true,
})
