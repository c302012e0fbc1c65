// SaveDiagram: a diagram of a model as an SVG file.
import { defineNode, param, slot } from '../define.ts'
import { drawModel } from '../layers/drawModel.ts'

export const saveDiagram = defineNode({
  type: 'diffusion/SaveDiagram',
  category: 'files',
  summary:
    'Saves a diagram of a model as SVG: its blocks with their shapes, levels of size as rows, and skip connections.',
  aliases: ['draw model', 'architecture diagram', 'svg'],
  inputs: { model: slot.model('Model with a network') },
  outputs: {},
  params: {
    name: param.text('model', 'File name without .svg'),
    theme: param.choice(['auto', 'light', 'dark'], 'Colours', {
      auto: 'Light or dark, as the system of the viewer',
      light: 'Dark on white',
      dark: 'Light on black',
    }),
  },
  files: async ({ model }, { name, theme }) => {
    const bytes = new TextEncoder().encode(drawModel(model, theme))
    return [{ name: `${name || 'model'}.svg`, mime: 'image/svg+xml', bytes }]
  },
})
