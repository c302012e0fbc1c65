// 준비된 워크플로의 말, 한국어: 파일 이름과 자리(title, about, 메모 노드의 id, 제목이 있는 노드의 id)로 찾는다. 방법의 이름이
// 제목이면(DDIM, Euler) 그대로 둔다. 본문은 노드를 한국어 제목으로 부른다.
// 빠진 것과 남는 것은 test/editor/galleryTexts.test.ts가 알린다.
import type { WorkflowTable } from '../../workflows.ts'
import { conditions } from './conditions.ts'
import { editing } from './editing.ts'
import { fewSteps } from './fewSteps.ts'
import { guidance } from './guidance.ts'
import { images } from './images.ts'
import { networks } from './networks.ts'
import { points } from './points.ts'

export const koWorkflows: WorkflowTable = {
  ...points,
  ...conditions,
  ...fewSteps,
  ...images,
  ...guidance,
  ...editing,
  ...networks,
}
