// LoadVocabulary: the words that the model of a checkpoint was trained with.
import type { ReadCheckpoint } from '../../engine/checkpoint/pipeline.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Vocabulary } from '../../engine/base/values.ts'
import { defineNode, param, slot } from '../define.ts'
import { dataMessages } from '../../messages/data.ts'
import { vocabularyRows } from '../observers/inspect.ts'
import { prepareCheckpoint } from './loadCheckpoint.ts'

export const loadVocabulary = defineNode({
  type: 'diffusion/LoadVocabulary',
  category: 'files',
  summary:
    'Loads the vocabulary of captions that the model of a checkpoint was trained with, for Prompt.',
  inputs: {},
  outputs: { vocabulary: slot.vocabulary('Words of the training data') },
  params: {
    checkpoint: param.checkpoint(
      'File from SaveCheckpoint with `dataset` connected: the same as that of LoadCheckpoint',
    ),
  },
  prepare: ({ checkpoint }, assets) => prepareCheckpoint(checkpoint, assets),
  staticOutputs(_, __, prepared) {
    return { vocabulary: (prepared as ReadCheckpoint | undefined)?.trainedOn?.vocabulary }
  },
  room: { width: 230, height: 70 },
  run: (_, __, { prepared }) => ({ vocabulary: readVocabulary(prepared as ReadCheckpoint) }),
  show: ({ vocabulary }) => vocabulary && { kind: 'rows', rows: vocabularyRows(vocabulary) },
})

function readVocabulary({ trainedOn }: ReadCheckpoint): Vocabulary {
  if (trainedOn?.vocabulary) return trainedOn.vocabulary
  throw new NodeError({
    param: 'checkpoint',
    message: dataMessages.noVocabulary(),
    cure: dataMessages.saveVocabulary(),
  })
}
