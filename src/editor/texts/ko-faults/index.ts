// 엔진과 노드가 무엇이 잘못되었는지 하는 말, 한국어. 영어 틀이 열쇠이고 {0}, {1}은 값이 오는 자리다. {0~}에 오는 값은 그것도 옮긴다.
// 영어가 바뀌거나 늘면 test/editor/faultTexts.test.ts가 알린다. 노드, 슬롯, 파라미터의 이름은 그대로 둔다.
import { sayer } from '../sayer.ts'
import { backends } from './backends.ts'
import { checkpoint } from './checkpoint.ts'
import { datasets } from './datasets.ts'
import { engine } from './engine.ts'
import { models } from './models.ts'
import { nodes } from './nodes.ts'
import { plan } from './plan.ts'
import { words } from './words.ts'
import { workflow } from './workflow.ts'

export const parts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  plan,
  engine,
  models,
  checkpoint,
  datasets,
  backends,
  nodes,
  workflow,
}

/** What the engine says, in Korean, as far as it is known here. */
export const sayKorean = sayer(Object.assign({}, ...Object.values(parts)), words)
