// Faults and notices of the Formula node.
import { catalogue } from '../engine/base/catalogue.ts'

export const formulaNodeMessages = catalogue('formulaNode', {
  likeNothing: 'Expected an input a for the output `like a`, but nothing is connected.',
  connectLike: 'Connect a, or set `output` to a type.',
  noPredictionType: 'Expected a prediction type for the output, but no prediction is connected.',
  choosePredicts: 'Set `predicts` to a type.',
  predictionTypes:
    'Expected predictions of one type, got {first} in {firstName} and {second} in {secondName}.',
  chooseOnePrediction:
    'Set `output` to prediction and `predicts` to a type, or use ConvertPrediction.',
  unusedOperand: '{name} is connected, but the expression does not use it.',
})
