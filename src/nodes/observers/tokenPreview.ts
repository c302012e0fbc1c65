// TokenPreview: tokens as texts.
import { tokenTexts } from '../../engine/datasets/words.ts'
import { defineNode, param, slot } from '../define.ts'
import { toTokens } from '../process/tokenValues.ts'
import { readFirst } from './read.ts'

export const tokenPreview = defineNode({
  type: 'diffusion/TokenPreview',
  category: 'view',
  summary: 'Shows tokens as texts; _ is a masked place.',
  room: { width: 300, height: 200 },
  inputs: { tokens: slot.tokens('Tokens to show') },
  outputs: {},
  params: {
    count: param.integer(64, { min: 1, max: 1024 }, 'Number of texts, from the first'),
  },
  view: async ({ tokens: value }, { count }) => {
    const { tensor, vocabulary } = toTokens(value)
    const ids = await readFirst(tensor, count)
    return { kind: 'texts', frames: [tokenTexts(ids, vocabulary)], t: new Float64Array() }
  },
})
