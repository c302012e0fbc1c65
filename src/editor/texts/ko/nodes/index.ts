// 노드 설명, 한국어: 노드의 종류와 자리(summary, inputs, outputs, params)로 찾는다. 노드, 슬롯, 파라미터의 이름은 옮기지 않는다.
// 빠진 것과 남는 것은 test/editor/nodeTexts.test.ts가 알린다.
import type { NodeTexts } from '../../declarations.ts'
import { process } from './process.ts'
import { data } from './data.ts'
import { model } from './model.ts'
import { layers } from './layers.ts'
import { dit } from './dit.ts'
import { autoencoders } from './autoencoders.ts'
import { tokens } from './tokens.ts'
import { training } from './training.ts'
import { sampling } from './sampling.ts'
import { dpmSteps } from './dpmSteps.ts'
import { steps } from './steps.ts'
import { loops } from './loops.ts'
import { evaluate } from './evaluate.ts'
import { view } from './view.ts'
import { files } from './files.ts'
import { tools } from './tools.ts'

export const koNodes: Readonly<Record<string, NodeTexts>> = {
  ...process,
  ...data,
  ...model,
  ...layers,
  ...dit,
  ...autoencoders,
  ...tokens,
  ...training,
  ...sampling,
  ...dpmSteps,
  ...steps,
  ...loops,
  ...evaluate,
  ...view,
  ...files,
  ...tools,
}
