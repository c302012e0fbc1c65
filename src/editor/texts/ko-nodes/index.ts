// 노드가 자신에 대해 하는 말, 한국어. 영어 문장이 열쇠라, 선언의 문장이 바뀌면 옮긴 것이 없다고 test/editor/nodeTexts.test.ts가 알린다.
// 노드, 슬롯, 파라미터의 이름은 선언 그대로 둔다.
import { shared } from './shared.ts'
import { data } from './data.ts'
import { process } from './process.ts'
import { model } from './model.ts'
import { training } from './training.ts'
import { sampling } from './sampling.ts'
import { steps } from './steps.ts'
import { loops } from './loops.ts'
import { evaluate } from './evaluate.ts'
import { view } from './view.ts'
import { files } from './files.ts'
import { tools } from './tools.ts'

/** 영어 문장마다 한국어 문장. */
export const parts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  shared,
  data,
  process,
  model,
  training,
  sampling,
  steps,
  loops,
  evaluate,
  view,
  files,
  tools,
}

export const koNodes: Readonly<Record<string, string>> = Object.assign({}, ...Object.values(parts))
